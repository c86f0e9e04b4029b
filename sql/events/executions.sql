-- title: Every execution: fills, busts and corrections
-- reads: trade_executions, trade_activities, contract_multipliers
--
-- One row per execution id: fills, partial fills, busts and corrections, as the broker sent them.
-- The trade stream says what an execution is; the activity stream says so of those that the trade
-- stream does not have (`source`), and of all what came of them in money.
-- A multi-leg order has no execution of its own; each of its legs is one row here.
-- An option is for 100 shares; an adjusted contract, whose root ends with a digit, has a multiplier
-- of its own. Where no source has it (`multiplier_is_unknown`) it is valued as if it were 100.
with

-- A status that is not known counts for nothing, nor does a cancel that refers to no execution.
activities_alone as (

    select
        execution_id,
        execution_id as message_id,
        account_id,
        event,
        previous_execution_id,
        order_id,
        symbol,
        asset_id,
        asset_class,
        side,
        qty,
        price,
        order_filled_qty,
        swap_rate,
        swap_fee_bps,
        if(settle_date >= trade_date, settle_date, null) as settle_date,
        trade_date,
        system_date,
        executed_at,
        event_at,
        receipt_order,
        conflicts
    from events.trade_activities
    where (
            is_booked(status)
            or (status = 'canceled' and previous_execution_id is not null)
        )
        and execution_id not in (select execution_id from events.trade_executions)

),

executions as (

    select *, 'trades' as source from events.trade_executions
    union all by name
    select *, 'activities' as source from activities_alone

)

select
    executions.execution_id,
    executions.message_id,
    executions.account_id,
    executions.event,
    executions.previous_execution_id,
    executions.order_id,
    executions.symbol,
    executions.asset_id,
    executions.asset_class,
    executions.side,
    executions.qty,
    executions.price,
    executions.position_qty,
    case
        when executions.asset_class = 'us_option' then coalesce(contract_multipliers.multiplier, 100)
        else 1
    end as multiplier,
    coalesce(
        contract_multipliers.multiplier is null
        and regexp_full_match(executions.symbol, '.*\d{7}[CP]\d{8}'),
        false
    ) as multiplier_is_unknown,
    executions.order_filled_qty,
    activities.net_amount,
    activities.commission,
    coalesce(executions.swap_rate, activities.swap_rate) as swap_rate,
    coalesce(executions.swap_fee_bps, activities.swap_fee_bps) as swap_fee_bps,
    executions.settle_date,
    executions.trade_date,
    executions.system_date,
    executions.executed_at,
    executions.event_at,
    executions.receipt_order,
    executions.conflicts
    + if(executions.source = 'trades', coalesce(activities.conflicts, 0), 0) as conflicts,
    executions.source
from executions
left join events.trade_activities as activities
    on activities.execution_id = executions.execution_id
left join events.contract_multipliers on contract_multipliers.symbol = executions.symbol
