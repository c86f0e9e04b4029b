-- title: The executions that the trade stream reports, one row an id
-- reads: execution_messages, trade_activities, calendar
-- columns:
--   order_filled_qty: what the order has filled by then; null of a leg [units of the symbol]
--
-- Of several copies of an execution the last one published counts. `conflicts` says how many other
-- contents came under its id, whichever counts: the two versions of the stream differ in `at` and
-- are no conflict, nor is what only one of the copies says.
-- A bust or correction of a leg that printed no id cannot name it: where just one such leg of its
-- order has its quantity, that leg is what it names.
-- Trading from 20:00 New York time on belongs to the next trade date.
with

contents as (

    select
        execution_id,
        greatest(
            count(distinct (account_id, event, order_id, symbol, side, qty, price,
                previous_execution_id)),
            count(distinct position_qty), count(distinct settle_date), count(distinct asset_id),
            count(distinct asset_class), count(distinct exact_rate(fx_rate)),
            count(distinct exact_decimal(order_swap_fee_bps)),
            count(distinct broker_day(booked_at))
        ) - 1 + coalesce(max(id_shared), 0) as conflicts
    from events.execution_messages
    group by execution_id

),

latest as (

    select *
    from events.execution_messages
    qualify row_number() over (
        partition by execution_id order by version desc, published desc, receipt_order desc
    ) = 1

),

-- The executions that can be named by an id.
ids as (

    select execution_id from latest
    union all
    select execution_id from events.trade_activities

),

legs_named as (

    select reversal.execution_id, min(leg.execution_id) as leg_id
    from latest as reversal
    inner join latest as leg
        on leg.is_derived
        and leg.event in ('fill', 'partial_fill')
        and leg.account_id = reversal.account_id
        and leg.order_id = reversal.order_id
        and leg.symbol = reversal.symbol
        and (reversal.event = 'trade_correct' or leg.qty = abs(reversal.qty))
    where reversal.event in ('trade_bust', 'trade_correct')
        and coalesce(reversal.previous_execution_id, '') not in (select execution_id from ids)
    group by reversal.execution_id
    having count(*) = 1

)

select
    latest.execution_id,
    latest.message_id,
    latest.account_id,
    latest.event,
    coalesce(legs_named.leg_id, latest.previous_execution_id) as previous_execution_id,
    latest.order_id,
    latest.symbol,
    latest.asset_id,
    latest.asset_class,
    latest.side,
    latest.qty,
    latest.price,
    latest.position_qty,
    latest.order_filled_qty,
    exact_rate(latest.fx_rate) as swap_rate,
    exact_decimal(latest.order_swap_fee_bps) as swap_fee_bps,
    latest.settle_date,
    calendar.session_date as trade_date,
    calendar.session_date as system_date,
    to_microseconds(latest.executed_at) as executed_at,
    to_microseconds(latest.event_at) as event_at,
    latest.receipt_order,
    contents.conflicts
from latest
inner join contents on contents.execution_id = latest.execution_id
left join legs_named on legs_named.execution_id = latest.execution_id
left join events.calendar on calendar.date = broker_day(latest.booked_at)
