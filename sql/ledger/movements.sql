-- title: What each event moves, in parts: a new one, and the reversal of an earlier one
-- scope: account
-- reads: books_after, execution_effects, activity_entries, opening_positions, start_lots, start_lines, contract_multipliers, opening_cash, opening, accounting_assumptions
-- columns:
--   kind: execution, activity, memo or opening
--   cash: what it does to the cash [currency]
--   cost_rule: what happens to cost: trade, stated, average, return or reversal
--   stated_cost: the cost that the event itself states [currency]
--   phase: 0 at the beginning of the day, 1 at its moment
--   moment: the instant that orders it within the day [UTC]
--
-- A bust reverses what its target moved, with the target's trade and settle dates; a correction
-- does so and moves anew; a later state of an activity reverses the state before it, on its own
-- system date or on the earlier state's if that is later. `cost_rule` says what happens to cost:
-- trade (opening adds the notional, closing takes cost out), stated (the leg's own quantity times
-- price), average (takes cost out without a price), return (of capital), reversal.
-- The money of an adjusted contract whose multiplier is unknown waits in suspense.
-- An execution without a price, or whose notional no decimal holds, is not booked: a rule names it.
-- What a closing holds of the reversed movement says which suspense account it went to.
-- `phase` and `moment` order the movements of one account and symbol within a system date.
with

states as (

    select
        now.*,
        activity_id || case when state > 1 then '/' || state else '' end as movement_id,
        case
            when regexp_full_match(now.symbol, '.+\d{6}[CP]\d{8}')
                then coalesce(contract_multipliers.multiplier, 100)
            else 1
        end as multiplier,
        coalesce(price, 0) = 0 as is_unpriced,
        case
            when corporate_action and timing.value = 'beginning_of_day' then 0 else 1
        end as phase
    from activity_entries as now
    cross join (
        select value from accounting_assumptions where assumption = 'corporate_actions_at'
    ) as timing
    left join contract_multipliers on contract_multipliers.symbol = now.symbol

),

costed as (

    select
        *,
        case
            when is_memo then null
            when entry_type = 'DIVROC' or (entry_type = 'DIV' and entry_sub_type = 'ROC')
                then 'return'
            when qty_delta = 0 then null
            when entry_type = 'OPTRD' then 'trade'
            when entry_type in ('FIMAT', 'OPASN', 'OPEXC', 'OPEXP', 'CFEE') then 'average'
            when entry_type = 'INT' then 'stated'
            when is_unpriced and qty_delta < 0 then 'average'
            else 'stated'
        end as cost_rule,
        case
            when entry_type in ('DIVROC', 'DIV') and cash_delta <> 0 then cash_delta
            when entry_type = 'OPTRD' then -cash_delta
            when entry_type = 'INT' then qty_delta
            when entry_type = 'OPCA' and net_amount <> 0 then -net_amount
            when is_unpriced then 0
            else coalesce(try(round(qty_delta * price * multiplier, 9)), 0)
        end::decimal(38, 9) as stated_cost
    from states

),

executions_booked as (

    select
        execution_id as movement_id, execution_id as event_id, 'new' as part, 'execution' as kind,
        account_id, symbol, new_qty as qty, new_cash as cash,
        if(multiplier_is_unknown, 'SUSP:MULTIPLIER:' || symbol, 'STREET:TRADE') as contra,
        price, multiplier, 'trade' as cost_rule, -new_cash as stated_cost,
        system_date, trade_date, coalesce(settle_date, old_settle_date) as settle_date,
        event_at, receipt_order
    from execution_effects
    where new_qty <> 0 and new_cash is not null
    union all by name
    select
        execution_id || '/reversal' as movement_id, execution_id as event_id,
        'reversal' as part, 'execution' as kind,
        account_id, symbol, -old_qty as qty, -old_cash as cash,
        if(multiplier_is_unknown, 'SUSP:MULTIPLIER:' || symbol, 'STREET:TRADE') as contra,
        price, multiplier, 'reversal' as cost_rule, old_cash as stated_cost,
        system_date, old_trade_date as trade_date, old_settle_date as settle_date,
        event_at, receipt_order, target_execution_id as reverses
    from execution_effects
    where old_qty <> 0 and old_cash is not null

),

executions_ordered as (

    select
        * replace (
            stated_cost::decimal(38, 9) as stated_cost,
            coalesce(settle_date, system_date) as settle_date
        ),
        false as is_memo,
        1 as phase,
        max(event_at) over (
            partition by account_id, symbol, system_date order by receipt_order
        ) as moment
    from executions_booked

),

booked_before as (

    select movement_id, min(other_account) as contra from start_lines group by movement_id

),

activities_booked as (

    select
        movement_id, activity_id as event_id, 'new' as part, account_id, symbol,
        qty_delta as qty, cash_delta as cash, contra, price, price_dp, multiplier,
        cost_rule, stated_cost, system_date, settle_date, event_at, receipt_order,
        is_memo, entry_type, entry_sub_type, ca_leg, net_amount,
        currency, phase, system_date as since
    from costed
    union all by name
    select
        now.movement_id || '/reversal' as movement_id, now.activity_id as event_id,
        'reversal' as part, before.account_id, before.symbol,
        -before.qty_delta as qty, -before.cash_delta as cash,
        coalesce(booked_before.contra, before.contra) as contra, before.price, before.price_dp,
        before.multiplier, if(before.cost_rule is null, null, 'reversal') as cost_rule,
        -before.stated_cost as stated_cost,
        greatest(now.system_date, before.system_date) as system_date, before.settle_date,
        now.event_at, now.receipt_order, before.movement_id as reverses, before.is_memo,
        before.entry_type, before.entry_sub_type, before.ca_leg, before.net_amount,
        before.currency, before.phase, if(before.is_memo, before.system_date, null) as since
    from costed as now
    inner join costed as before
        on before.activity_id = now.activity_id and before.state = now.state_before
    left join booked_before on booked_before.movement_id = before.movement_id

),

-- What was booked before the night's books begin is in the balances that they begin with.
activities_ordered as (

    select
        activities_booked.* exclude (since) replace (
            coalesce(settle_date, activities_booked.system_date) as settle_date
        ),
        if(is_memo, 'memo', 'activity') as kind,
        activities_booked.system_date as trade_date,
        event_at as moment
    from activities_booked
    cross join books_after
    where (qty <> 0 or cash <> 0)
        and activities_booked.system_date > books_after.system_date
        and coalesce(since > books_after.system_date, true)

),

-- Where the cost method keeps lots apart, a position is opened lot by lot.
positions_opened as (

    select account_id, symbol, '' as lot, qty, coalesce(cost_basis, 0) as stated_cost
    from opening_positions
    where (account_id, symbol) not in (select (account_id, symbol) from start_lots)
    union all by name
    select account_id, symbol, '/' || lpad(seq::varchar, 6, '0') as lot, qty, cost as stated_cost
    from start_lots

),

opened as (

    select
        'opening ' || account_id || ' ' || symbol || lot as movement_id,
        'opening ' || account_id || ' ' || symbol as event_id,
        account_id, symbol, qty, 0 as cash, 'stated' as cost_rule, stated_cost
    from positions_opened
    union all by name
    select
        'opening ' || account_id || ' cash ' || currency as movement_id, movement_id as event_id,
        account_id, 0 as qty, cash, currency, 0 as stated_cost
    from opening_cash

),

openings as (

    select
        opened.*, 'new' as part, 'opening' as kind, 'OPEN' as contra, 1 as multiplier,
        opening.system_date, opening.system_date as trade_date, opening.system_date as settle_date,
        0 as receipt_order, false as is_memo, 0 as phase
    from opened cross join opening

),

every_movement as (

    from executions_ordered
    union all by name
    from activities_ordered
    union all by name
    from openings

)

select
    movement_id, event_id, part, kind, account_id, symbol, qty, cash, currency, contra, price,
    price_dp, multiplier, cost_rule, stated_cost, system_date, trade_date, settle_date, event_at,
    receipt_order, reverses, is_memo, entry_type, entry_sub_type, ca_leg, net_amount, phase, moment
from every_movement
