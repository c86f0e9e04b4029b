-- title:    Executions do not add up to the order's filled quantity
-- severity: S1
-- scope:    account
-- reads:    execution_effects, executions, fetches, order_events, orders_begun
-- params:   system_date
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

states as (

    select order_id, event_at, receipt_order, filled_qty, filled_qty = 0 as is_unfilled
    from order_events
    where event not in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
        and system_date <= $system_date::date
    union all
    select order_id, event_at, receipt_order, order_filled_qty, false
    from executions

),

stated as (

    select
        order_id,
        last(filled_qty order by receipt_order, event_at) as last_received,
        last(filled_qty order by event_at, receipt_order) as last_by_time,
        coalesce(bool_or(is_unfilled), false) as begins_here
    from states
    group by order_id

),

moved as (

    select
        execution_effects.*,
        case when execution_effects.side = 'buy' then qty_delta else -qty_delta end as filled,
        executions.order_filled_qty
    from execution_effects
    inner join executions on executions.execution_id = execution_effects.execution_id

),

executed as (

    select
        moved.account_id,
        moved.order_id,
        min(symbol) as symbol,
        sum(moved.filled) + coalesce(any_value(orders_begun.filled), 0) as qty,
        count(*) - count(moved.filled) as unknown,
        count(*) filter (
            where event in ('trade_bust', 'trade_correct') and not target_known
        ) as unknown_targets,
        coalesce(
            any_value(orders_begun.first_total), first(order_filled_qty order by event_at, receipt_order)
        ) as first_total,
        coalesce(
            any_value(orders_begun.first_filled), first(moved.filled order by event_at, receipt_order)
        ) as first_filled,
        coalesce(any_value(orders_begun.evidence), [])
            || list(execution_id order by receipt_order, execution_id) as evidence
    from moved
    left join orders_begun on orders_begun.order_id = moved.order_id
    group by moved.account_id, moved.order_id

),

verdicts as (

    select
        executed.account_id,
        executed.symbol,
        'order ' || coalesce(executed.order_id, 'without an id') as subject,
        case
            when executed.unknown > 0 or stated.last_received is null or stated.last_by_time is null
            then 'not_evaluated'
            when executed.qty = stated.last_received then 'pass'
            when executed.qty = stated.last_by_time then 'pass'
            when executed.unknown_targets > 0 then 'not_evaluated'
            when not stated.begins_here
                and exists (select 1 from fetches where stream = 'opening')
                and executed.first_total is distinct from executed.first_filled
            then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(executed.qty) as expected,
        plain(stated.last_received) as actual,
        (stated.last_received - executed.qty)::decimal(38, 9) as difference,
        executed.symbol as unit,
        null::date as due_date,
        executed.evidence[1:20] as evidence
    from executed
    left join stated on stated.order_id = executed.order_id

)

select * from verdicts
