-- title: What was filled, before the night's books begin, of the orders that are filled on
-- scope: account
-- reads: executions, opening
-- columns:
--   filled: filled before the books begin, less busts [units of the symbol]
--   first_total: what the first execution says of the whole order [units of the symbol]
--   first_filled: what the first execution filled itself [units of the symbol]
--   evidence: the executions
--
-- Of the archive's executions of these orders, fills less busts, with corrections in place of what
-- they correct. `first_total` is what the order's first execution says of the whole order: more
-- than its own quantity where there were others before the archive begins.
with

earlier as (

    select
        own.order_id, own.execution_id, own.event, own.event_at, own.receipt_order, own.qty,
        own.order_filled_qty, target.qty as target_qty
    from events.executions as own
    left join events.executions as target on target.execution_id = own.previous_execution_id
    where own.system_date <= (select max(opening.system_date) from opening)
        and own.order_id in (select order_id from executions)

)

select
    order_id,
    sum(case
        when event in ('fill', 'partial_fill') then abs(qty)
        when event = 'trade_bust' then -abs(coalesce(target_qty, qty))
        else abs(qty) - abs(target_qty)
    end)::decimal(38, 9) as filled,
    first(order_filled_qty order by event_at, receipt_order) as first_total,
    first(abs(qty) order by event_at, receipt_order) as first_filled,
    list(execution_id order by receipt_order, execution_id) as evidence
from earlier
group by order_id
