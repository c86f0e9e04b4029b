-- title: What an order's total and average price say of executions that never came
-- scope: account
-- reads: execution_effects, order_events, account_currencies
-- columns:
--   cash: the cash of what is missing; null if no decimal holds it [currency]
--
-- The order repeats its filled quantity and average price. Where that quantity is not that of the
-- executions, what is missing has the rest of the value, to half a unit of the average's last
-- digit times the quantity: `cash` is what the account would have of it, rounded half-up as
-- fills are, null where no decimal holds it. Only where trades/order_quantity_differs breaks is it more
-- than a guess: an order may have been filled before the books of the night begin.
with

effective as (

    select *, try((qty * price)::decimal(38, 12)) as value
    from execution_effects
    where event in ('fill', 'partial_fill', 'trade_correct')
        and reversed_by is null
        and reversal_rank = 1

),

executed as (

    select
        account_id,
        order_id,
        min(side) as side,
        max(multiplier) as multiplier,
        max(minor_units) as minor_units,
        sum(qty) as qty,
        case when count(value) = count(*) then sum(value) end as value
    from effective
    group by account_id, order_id

),

stated as (

    select order_id, filled_qty, filled_avg_price
    from order_events
    where filled_avg_price is not null
    qualify row_number() over (partition by order_id order by published desc, receipt_order desc, event_at desc) = 1

)

select
    executed.account_id,
    executed.order_id,
    account_currencies.currency,
    try(round_money(
        if(executed.side = 'buy', -1, 1) * executed.multiplier
        * (stated.filled_qty * stated.filled_avg_price - executed.value), executed.minor_units
    )::decimal(38, 9)) as cash
from executed
inner join stated on stated.order_id = executed.order_id
inner join account_currencies on account_currencies.account_id = executed.account_id
where stated.filled_qty <> executed.qty
