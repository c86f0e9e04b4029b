-- title: What each execution event does to the position and the cash of its account
-- scope: account
-- reads: executions, reversals, account_currencies, currencies, accounting_assumptions
-- columns:
--   qty: what was executed, without a sign [units of the symbol]
--   target_execution_id: the execution that it reverses or corrects
--   reversed_by: the event that reverses it
--   reversed_on: the day of that event
--   new_qty: what it books itself [units of the symbol]
--   new_cash: what it books itself [currency]
--   old_qty: what it reverses [units of the symbol]
--   old_cash: what it reverses [currency]
--   old_trade_date: the trade date of what it reverses
--   old_settle_date: the settle date of what it reverses
--
-- A fill moves its quantity, and its notional rounded half-up to the smallest unit of the
-- account's currency, the cent in most. A bust reverses
-- exactly what its target did; its own quantity is only used when the target was never seen.
-- A correction replaces its target: its quantity is absolute, its effect is new minus old.
-- Where two events name one target, the first received counts: an execution dies once.
-- `new_*` is what an event books itself, `old_*` what it takes back.
with

rounding as (

    select value = 'down_per_execution' as is_down
    from accounting_assumptions
    where assumption = 'fill_cash_rounding'

),

signed as (

    select
        executions.*,
        abs(qty) * case side when 'sell' then -1 when 'sell_short' then -1 when 'buy' then 1 end
            as signed_qty,
        try(abs(qty) * price * multiplier) as exact_notional,
        is_down,
        coalesce(currencies.minor_units, 2) as minor_units
    from events.executions
    cross join rounding
    left join account_currencies on account_currencies.account_id = executions.account_id
    left join currencies on currencies.currency = account_currencies.currency

),

-- Over everything archived, since a target may lie before the opening of the books.
valued as (

    select
        * exclude (exact_notional, is_down),
        -sign(signed_qty) * case
            when is_down then exact_notional - exact_notional % minor_unit(minor_units)
            else round_money(exact_notional, minor_units)
        end::decimal(38, 9) as signed_cash
    from signed

),

own as (

    select valued.*, valued.event in ('fill', 'partial_fill') as is_fill
    from valued
    semi join executions on executions.execution_id = valued.execution_id

),

targets as (

    select valued.*
    from valued
    semi join reversals on reversals.previous_execution_id = valued.execution_id
    where valued.event in ('fill', 'partial_fill', 'trade_correct')

),

joined as (

    select
        own.*,
        coalesce(reversals.reversal_rank, 1) as reversal_rank,
        targets.execution_id is not null as target_known,
        case
            when own.is_fill or reversals.reversal_rank > 1 then 0
            when own.event = 'trade_bust' then coalesce(targets.signed_qty, own.signed_qty)
            else targets.signed_qty
        end::decimal(38, 9) as old_qty,
        case
            when own.is_fill or reversals.reversal_rank > 1 then 0
            when own.event = 'trade_bust' then coalesce(targets.signed_cash, own.signed_cash)
            else targets.signed_cash
        end::decimal(38, 9) as old_cash,
        coalesce(targets.trade_date, own.trade_date) as old_trade_date,
        coalesce(targets.settle_date, own.settle_date) as old_settle_date
    from own
    left join reversals on reversals.execution_id = own.execution_id
    left join targets on targets.execution_id = own.previous_execution_id

),

booked as (

    select
        *,
        case
            when is_fill then signed_qty
            when reversal_rank > 1 or event = 'trade_bust' then 0
            when target_known then signed_qty
        end::decimal(38, 9) as new_qty,
        case
            when is_fill then signed_cash
            when reversal_rank > 1 or event = 'trade_bust' then 0
            when target_known then signed_cash
        end::decimal(38, 9) as new_cash
    from joined

)

select
    booked.execution_id,
    booked.account_id,
    booked.symbol,
    booked.asset_class,
    booked.order_id,
    booked.event,
    booked.side,
    (booked.new_qty - booked.old_qty)::decimal(38, 9) as qty_delta,
    (booked.new_cash - booked.old_cash)::decimal(38, 9) as cash_delta,
    abs(booked.qty) as qty,
    booked.price,
    booked.multiplier,
    booked.multiplier_is_unknown,
    booked.minor_units,
    booked.swap_rate,
    booked.swap_fee_bps,
    booked.position_qty,
    booked.previous_execution_id as target_execution_id,
    booked.target_known,
    booked.reversal_rank,
    reversals.execution_id as reversed_by,
    reversals.system_date as reversed_on,
    booked.trade_date,
    booked.system_date,
    booked.settle_date,
    booked.event_at,
    booked.receipt_order,
    booked.new_qty,
    booked.new_cash,
    booked.old_qty,
    booked.old_cash,
    booked.old_trade_date,
    booked.old_settle_date,
    booked.source
from booked
left join reversals
    on reversals.previous_execution_id = booked.execution_id and reversals.reversal_rank = 1
