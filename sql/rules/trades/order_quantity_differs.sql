-- title:    Executions do not add up to the order's filled quantity
-- severity: S1
-- scope:    account
-- reads:    execution_effects, executions, fetches, order_events, orders_begun
-- params:   none
--
-- The broker sends each execution as an event of its own and repeats the running total on the
-- order. Fills less busts, with corrections in place of what they correct, must make the total
-- that the order's last event says. A gap means that an execution was lost, doubled or misread.
-- The last event is the last received or the last by the broker's `at`: a re-reading brings an
-- old event late, and then it is not the last. A fill near 20:00 New York can be booked a day
-- before its event, so executions bring their own total.
-- Not evaluated: no last total (the legs of a multi-leg order have one on the activity stream
-- only), an effect that is not known, and an order that was partly filled before a statement
-- opened the books.
-- Clears when a later replay brings the missing execution.
with

totals_reported as (

    select order_id, event_at, receipt_order, filled_qty, filled_qty = 0 as is_unfilled
    from order_events
    where event not in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
    union all by name
    select
        order_id, event_at, receipt_order, order_filled_qty as filled_qty, false as is_unfilled
    from executions

),

last_totals as (

    select
        order_id,
        last(filled_qty order by receipt_order, event_at) as last_received,
        last(filled_qty order by event_at, receipt_order) as last_by_time,
        coalesce(bool_or(is_unfilled), false) as begins_here
    from totals_reported
    group by order_id

),

quantities as (

    select
        execution_effects.*,
        case when execution_effects.side = 'buy' then qty_delta else -qty_delta end as filled,
        executions.order_filled_qty
    from execution_effects
    inner join executions on executions.execution_id = execution_effects.execution_id

),

orders as (

    select
        quantities.account_id,
        quantities.order_id,
        min(symbol) as symbol,
        sum(quantities.filled) + coalesce(any_value(orders_begun.filled), 0) as qty,
        count(*) - count(quantities.filled) as unknown,
        count(*) filter (
            where event in ('trade_bust', 'trade_correct') and not target_known
        ) as unknown_targets,
        coalesce(
            any_value(orders_begun.first_total),
            first(order_filled_qty order by event_at, receipt_order)
        ) as first_total,
        coalesce(
            any_value(orders_begun.first_filled),
            first(quantities.filled order by event_at, receipt_order)
        ) as first_filled,
        coalesce(any_value(orders_begun.evidence), [])
            || list(execution_id order by receipt_order, execution_id) as evidence
    from quantities
    left join orders_begun on orders_begun.order_id = quantities.order_id
    group by quantities.account_id, quantities.order_id

),

verdicts as (

    select
        orders.account_id,
        orders.symbol,
        'order ' || coalesce(orders.order_id, 'without an id') as subject,
        case
            when orders.unknown > 0
                or last_totals.last_received is null or last_totals.last_by_time is null
            then 'not_evaluated'
            when orders.qty in (last_totals.last_received, last_totals.last_by_time) then 'pass'
            when orders.unknown_targets > 0 then 'not_evaluated'
            when not last_totals.begins_here
                and exists (select 1 from fetches where stream = 'opening')
                and orders.first_total is distinct from orders.first_filled
            then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(orders.qty) as expected,
        plain(last_totals.last_received) as actual,
        (last_totals.last_received - orders.qty)::decimal(38, 9) as difference,
        orders.symbol as unit,
        orders.evidence[1:20] as evidence
    from orders
    left join last_totals on last_totals.order_id = orders.order_id

)

select * from verdicts
