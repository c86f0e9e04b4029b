-- title: Every execution: fills, busts and corrections
-- reads: trade_messages, leg_executions, trade_activities, contract_multipliers, calendar
--
-- One row per execution id: fills, partial fills, busts and corrections, as the broker sent them.
-- The trade stream says what an execution is; the activity stream says so of those that the trade
-- stream does not have (`source`), and of all what came of them in money.
-- A multi-leg order has no execution of its own; each of its legs is one row here. A bust or
-- correction of a leg that printed no id cannot name it: where just one such leg of its order has
-- its quantity, that leg is what it names.
-- A fill belongs to the trade date of its execution, a bust or correction to the day it was sent.
-- Trading from 20:00 New York time on belongs to the next trade date.
-- An option is for 100 shares; an adjusted contract, whose root ends with a digit, has a multiplier
-- of its own. Where nothing tells it (`multiplier_is_unknown`) it is valued as if it were 100.
with

single as (

    select
        message_id as execution_id,
        message_id,
        account_id, event, previous_execution_id, order_id, symbol, asset_id, asset_class, side,
        qty, price, position_qty, order_filled_qty,
        fx_rate, order_swap_fee_bps,
        settle_date, executed_at, event_at, version, published, receipt_order
    from events.trade_messages
    where event in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
        and coalesce(json_array_length(legs), 0) = 0

),

every_execution as (

    select
        *,
        to_microseconds(case
            when event in ('fill', 'partial_fill') then coalesce(executed_at, event_at)
            else event_at
        end) as booked_at
    from (from single union all by name from events.leg_executions) as sent

),

-- The same id with other economics is kept in the archive twice; the last one published counts, and
-- `conflicts` says how many others there are, whichever counts. The two versions differ in `at` and
-- are no conflict, nor is what only one of the copies says.
counted as (

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
    from every_execution
    group by execution_id

),

latest as (

    select every_execution.*, counted.conflicts
    from every_execution
    inner join counted on counted.execution_id = every_execution.execution_id
    qualify row_number() over (
        partition by every_execution.execution_id
        order by version desc, published desc, receipt_order desc
    ) = 1

),

-- What an event without a usable target reverses of the legs without an id.
found_targets as (

    select own.execution_id, min(leg.execution_id) as target_id
    from latest as own
    inner join latest as leg
        on leg.is_derived
        and leg.event in ('fill', 'partial_fill')
        and leg.account_id = own.account_id
        and leg.order_id = own.order_id
        and leg.symbol = own.symbol
        and (own.event = 'trade_correct' or leg.qty = abs(own.qty))
    where own.event in ('trade_bust', 'trade_correct')
        and coalesce(own.previous_execution_id, '') not in (
            select execution_id from latest union all select execution_id from events.trade_activities
        )
    group by own.execution_id
    having count(*) = 1

),

of_trades as (

    select
        latest.* exclude (
            version, published, booked_at, executed_at, event_at, is_derived, id_shared, fx_rate,
            order_swap_fee_bps
        ) replace (
            coalesce(found_targets.target_id, latest.previous_execution_id)
                as previous_execution_id
        ),
        calendar.session_date as trade_date,
        to_microseconds(latest.executed_at) as executed_at,
        to_microseconds(latest.event_at) as event_at,
        exact_rate(latest.fx_rate) as swap_rate,
        exact_decimal(latest.order_swap_fee_bps) as swap_fee_bps,
        'trades' as source
    from latest
    left join found_targets on found_targets.execution_id = latest.execution_id
    left join events.calendar
        on calendar.date
        = broker_day(latest.booked_at)

),

of_activities as (

    select
        * exclude (status, execution_type, currency, net_amount, commission, system_date) replace (
            if(settle_date >= trade_date, settle_date, null) as settle_date
        ),
        null::decimal(38, 9) as position_qty,
        execution_id as message_id,
        'activities' as source
    from events.trade_activities
    where status in ('executed', 'correct', 'canceled')
        and (status <> 'canceled' or previous_execution_id is not null)
        and execution_id not in (select execution_id from latest)

),

every_source as (

    select * from of_trades
    union all by name
    select * from of_activities

)

select
    every_source.execution_id,
    every_source.message_id,
    every_source.account_id,
    every_source.event,
    every_source.previous_execution_id,
    every_source.order_id,
    every_source.symbol,
    every_source.asset_id,
    every_source.asset_class,
    every_source.side,
    every_source.qty,
    every_source.price,
    every_source.position_qty,
    case
        when every_source.asset_class = 'us_option' then coalesce(contract_multipliers.multiplier, 100)
        else 1
    end as multiplier,
    coalesce(
        contract_multipliers.multiplier is null
        and regexp_full_match(every_source.symbol, '.*\d{7}[CP]\d{8}'),
        false
    ) as multiplier_is_unknown,
    every_source.order_filled_qty,
    trade_activities.net_amount,
    trade_activities.commission,
    coalesce(every_source.swap_rate, trade_activities.swap_rate) as swap_rate,
    coalesce(every_source.swap_fee_bps, trade_activities.swap_fee_bps) as swap_fee_bps,
    every_source.settle_date,
    every_source.trade_date,
    every_source.trade_date as system_date,
    every_source.executed_at,
    every_source.event_at,
    every_source.receipt_order,
    every_source.conflicts
    + if(every_source.source = 'trades', coalesce(trade_activities.conflicts, 0), 0) as conflicts,
    every_source.source
from every_source
left join events.trade_activities on trade_activities.execution_id = every_source.execution_id
left join events.contract_multipliers on contract_multipliers.symbol = every_source.symbol
