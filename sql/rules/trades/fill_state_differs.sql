-- title:    A fill does not complete its order, or a partial fill does
-- severity: S3
-- scope:    account
-- reads:    order_events_to_date
-- params:   none
--
-- `fill` is sent when an order has been completely filled, `partial_fill` when less than what was left
-- of it has. So after a `fill` the order is `filled`, and was filled with all that it was for; after
-- a `partial_fill` it is not filled, and something is left. An order that says otherwise may still
-- hold back the customer's money, or be believed done while it goes on.
-- A partial fill may find the order in any state that is not `filled`, also in one that is not
-- published, since a cancel or a replacement may be under way. More than all is
-- trades/order_overfilled; of an order for money only the state is compared. An order that had a bust
-- or a correction is not evaluated: what is left of it then is not documented.
-- `not_evaluated`: the event says no state.
-- Clears when the event is received again with the right state.
with

fills as (

    select
        account_id, order_id, symbol, event, event_id, happened_at, status, qty, filled_qty,
        case event
            when 'fill' then status <> 'filled' or coalesce(filled_qty < qty, false)
            else status = 'filled' or coalesce(filled_qty >= qty, false)
        end as is_wrong
    from order_events_to_date
    where in_books and event in ('fill', 'partial_fill')

),

amended_orders as (

    select distinct account_id, order_id
    from order_events_to_date
    where event in ('trade_bust', 'trade_correct')

),

-- A fill that is wrong comes first, then one without a state.
worst_fills as (

    select *
    from fills
    qualify row_number() over (
        partition by account_id, order_id
        order by coalesce(is_wrong, false) desc, is_wrong is null desc, happened_at, event_id
    ) = 1

),

verdicts as (

    select
        worst_fills.account_id,
        worst_fills.symbol,
        'order ' || worst_fills.order_id as subject,
        case
            when not worst_fills.is_wrong then 'pass'
            when worst_fills.is_wrong is null or amended_orders.order_id is not null
            then 'not_evaluated'
            else 'break'
        end as verdict,
        if(worst_fills.event = 'fill', 'filled', 'partially_filled')
        || coalesce(' of ' || plain(worst_fills.qty), '') as expected,
        concat_ws(' with ', coalesce(worst_fills.status, 'no state'), plain(worst_fills.filled_qty))
            as actual,
        [worst_fills.event_id] as evidence
    from worst_fills
    left join amended_orders
        on amended_orders.account_id = worst_fills.account_id
        and amended_orders.order_id = worst_fills.order_id

)

select * from verdicts
