-- title: The fills that opened a position or added to one, and when their order was placed
-- scope: account
-- reads: executions, order_events
--
-- One row a fill after which the account is longer than before, or shorter: a purchase that leaves
-- it long, a sale that leaves it short. Without a reported position a purchase counts as one, and
-- a sale if it is called a short one. A busted fill is none, a bust or a correction no new trade. A
-- leg's order was placed with the order that it is part of.
with

placed as (

    select order_id, min(event_at) as placed_at, min(qty) as ordered_qty
    from (
        select order_id, event_at, qty
        from order_events
        where event in ('pending_new', 'accepted', 'new', 'held')
        union all
        select unnest(order_legs ->> '$[*].id'), event_at, null
        from order_events
        where event in ('pending_new', 'accepted', 'new', 'held')
    ) as orders
    group by order_id

)

select
    executions.account_id,
    executions.symbol,
    coalesce(executions.asset_class, 'us_equity') as asset_class,
    executions.execution_id,
    executions.side,
    executions.qty,
    executions.position_qty,
    coalesce(executions.executed_at, executions.event_at) as filled_at,
    case when placed.placed_at is not null then least(placed.placed_at, filled_at) end as placed_at,
    placed.ordered_qty,
    count(*) over (
        partition by executions.account_id, executions.message_id, executions.asset_class
    ) as opening_legs
from executions
left join placed on placed.order_id = executions.order_id
where executions.event in ('fill', 'partial_fill')
    and if(
        executions.side = 'buy',
        coalesce(executions.position_qty, 1) > 0,
        coalesce(executions.position_qty, if(executions.side = 'sell_short', -1, 0)) < 0
    )
    and executions.execution_id not in (
        select previous_execution_id
        from executions
        where event = 'trade_bust' and previous_execution_id is not null
    )
