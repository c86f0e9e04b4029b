-- title:    An order went on after it had ended
-- severity: S2
-- scope:    account
-- reads:    order_events_to_date, order_events_out_of_turn
-- params:   none
--
-- An order begins (pending_new, accepted, new), may be partly filled, and ends once: filled, canceled,
-- expired, rejected or replaced. One that begins or ends again after that, or begins on a day on which
-- it was partly filled before, was reported with an event missing, doubled or of another order. What
-- it holds back of the customer's money or shares is then unknown. Compared by the times of the
-- events (order_events_out_of_turn says which may follow which, and what a race is); fills after the
-- end are trades/fill_after_end. An order whose beginning lies before the archive is judged from
-- its first event on. States that are not published may come at any time.
-- Clears when the events are received with right times or names.
with

orders as (

    select account_id, order_id, min(symbol) as symbol
    from order_events_to_date
    group by account_id, order_id
    having bool_or(in_books)

),

out_of_turn as (

    select *
    from order_events_out_of_turn
    where event not in ('fill', 'partial_fill')
    qualify row_number() over (
        partition by account_id, order_id order by happened_at, event_id
    ) = 1

),

verdicts as (

    select
        orders.account_id,
        orders.symbol,
        'order ' || orders.order_id as subject,
        if(out_of_turn.event is null, 'pass', 'break') as verdict,
        coalesce('nothing after ' || out_of_turn.before_event, 'states in order') as expected,
        coalesce(out_of_turn.event, 'states in order') as actual,
        list_filter([out_of_turn.before_id, out_of_turn.event_id], lambda id: id is not null)
            as evidence
    from orders
    left join out_of_turn
        on out_of_turn.account_id = orders.account_id and out_of_turn.order_id = orders.order_id

)

select * from verdicts
