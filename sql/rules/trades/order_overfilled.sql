-- title:    An order was filled with more than it was for
-- severity: S1
-- scope:    account
-- reads:    order_events, trade_activities, executions_to_date
-- params:   none
--
-- A broker may execute no more than was ordered. What the order says to be filled in all must not
-- exceed the quantity that it says in the same event, since both change with a split; nor may the
-- activity stream say that less than nothing is left of it. The customer owns or owes what nobody
-- ordered, or a fill was counted twice. The last event of the order by the broker's time counts, so
-- that a bust mends it. An order for money has no quantity (trades/order_notional_differs); of a
-- multi-leg order the units are compared.
-- `not_evaluated`: the order does not say what it was filled with, or an execution of it was
-- corrected, since it is not documented whether a correction may print more than was ordered.
-- Clears when the fill too many is busted.
with

totals as (

    select
        account_id, order_id, nullif(symbol, '') as symbol, event_id, event_at, receipt_order,
        'trades' as source, qty, filled_qty, (filled_qty - qty)::decimal(38, 9) as beyond
    from order_events
    where notional is null and qty is not null
    union all by name
    select
        account_id, order_id, symbol, execution_id as event_id, event_at, receipt_order,
        'activities' as source, null::decimal(38, 9) as qty, order_filled_qty as filled_qty,
        (-leaves_qty)::decimal(38, 9) as beyond
    from trade_activities
    where event in ('fill', 'partial_fill') and is_booked(status) and leaves_qty is not null

),

last_totals as (

    select *
    from totals
    qualify row_number() over (
        partition by account_id, order_id, source order by event_at desc, receipt_order desc
    ) = 1

),

corrected_orders as (

    select distinct account_id, order_id
    from executions_to_date
    where event = 'trade_correct'

),

orders as (

    select
        account_id,
        order_id,
        min(symbol) as symbol,
        max(beyond) as beyond,
        bool_or(source = 'trades' and beyond is null) as is_unknown,
        max(qty) as qty,
        max(filled_qty) as filled_qty,
        list(event_id order by event_id) as evidence
    from last_totals
    group by account_id, order_id

),

verdicts as (

    select
        orders.account_id,
        orders.symbol,
        'order ' || coalesce(orders.order_id, 'without an id') as subject,
        case
            when beyond > 0 and corrected_orders.order_id is null then 'break'
            when beyond > 0 or is_unknown then 'not_evaluated'
            else 'pass'
        end as verdict,
        coalesce('at most ' || plain(qty), 'something or nothing left') as expected,
        coalesce(plain(filled_qty), 'no total') as actual,
        greatest(beyond, 0)::decimal(38, 9) as difference,
        orders.symbol as unit,
        evidence
    from orders
    left join corrected_orders
        on corrected_orders.account_id = orders.account_id
        and corrected_orders.order_id = orders.order_id

)

select * from verdicts
