-- title:    An order was filled after it had ended
-- severity: S2
-- scope:    account
-- reads:    order_events_to_date, order_events_out_of_turn
-- params:   none
--
-- Once an order is filled, canceled, expired, rejected or replaced, nobody may execute it: the
-- customer counts on it. A fill that was executed more than five seconds after the end is a trade
-- that nobody ordered, or the end was reported of another order. The times of execution are compared,
-- not those of receipt, since a fill may be reported late; within five seconds the two raced. Of the
-- order's own object the times of its cancel, expiry and failure count too, which a fill repeats.
-- After a bust or a correction an order may go on.
-- `not_evaluated`: a fill does not say when it was executed.
-- Clears when the fill is busted, or received with its right time.
with

fills as (

    select
        account_id,
        order_id,
        symbol,
        event_id,
        executed_at,
        least(order_canceled_at, order_expired_at, order_failed_at) as printed_end
    from order_events_to_date
    where in_books and event in ('fill', 'partial_fill')

),

reopened_orders as (

    select distinct account_id, order_id
    from order_events_to_date
    where event in ('restated', 'trade_bust', 'trade_correct')

),

judged_fills as (

    select
        fills.*,
        coalesce(out_of_turn.before_event, 'the end that the order prints') as end_event,
        out_of_turn.before_id,
        case
            when fills.executed_at is null then 'not_evaluated'
            when out_of_turn.event_id is not null then 'break'
            when reopened_orders.order_id is null
                and fills.executed_at > fills.printed_end + interval 5 seconds then 'break'
            else 'pass'
        end as verdict
    from fills
    left join order_events_out_of_turn as out_of_turn
        on out_of_turn.account_id = fills.account_id and out_of_turn.event_id = fills.event_id
    left join reopened_orders
        on reopened_orders.account_id = fills.account_id
        and reopened_orders.order_id = fills.order_id

),

verdicts as (

    select
        account_id,
        min(symbol) as symbol,
        'order ' || order_id as subject,
        case
            when bool_or(verdict = 'break') then 'break'
            when bool_or(verdict = 'not_evaluated') then 'not_evaluated'
            else 'pass'
        end as verdict,
        'no fill after the end' as expected,
        coalesce(
            'a fill after ' || min(end_event) filter (where verdict = 'break'),
            'no fill after the end'
        ) as actual,
        count(*) filter (where verdict = 'break')::decimal(38, 9) as difference,
        'fills' as unit,
        coalesce(
            list(event_id order by executed_at, event_id) filter (where verdict = 'break')
            || coalesce(list(distinct before_id order by before_id)
                filter (where verdict = 'break' and before_id is not null), []),
            []
        )[1:20] as evidence
    from judged_fills
    group by account_id, order_id

)

select * from verdicts
