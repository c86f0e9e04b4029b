-- title:    A corporate action did not remove the whole holding, or more than was held
-- severity: S1
-- scope:    account
-- reads:    activities, activity_net_effects, books_after, execution_effects, opening, opening_positions
-- params:   none
--
-- A split, merger, reorganisation, name change or worthless removal takes away all that an account
-- holds of the symbol, and the swap of an option contract all its old contracts. A holder may
-- exercise, tender or exchange a part only (VOF), and a bond may be redeemed in part (FIMAT): these
-- take away at most what is held, with what was bought on that day, which may come before or after.
-- It does so at the beginning of its system date: what counts is the opening, all events of earlier
-- system dates, and activities of the same date that were received before it. Who is short has the
-- negative position taken away. A break is a trade or a transfer that one side does not have, or an
-- action applied twice. A new CUSIP removes and adds the same symbol, so for someone short the two
-- legs look alike: there either sign will do.
-- `not_evaluated`: the books do not know the symbol in that account before, or one of its events
-- has no known effect; so is a holder's choice that adds, who may be short. Clears when the missing
-- event comes, or the action is booked anew.
with

removals as (

    select
        account_id,
        coalesce(entry_sub_type, entry_type) as kind,
        bool_or(entry_type in ('VOF', 'FIMAT')) as is_partial,
        group_key,
        min(group_id) as group_id,
        symbol,
        min(system_date) as first_date,
        min(receipt_order) as first_received,
        sum(qty) as removed,
        list(activity_id order by activity_id) as evidence
    from activities
    where ca_leg = 'REMOVE'
        and (
            entry_type in ('SPLIT', 'MA', 'NC', 'REO', 'FIMAT')
            or (entry_type = 'VOF' and entry_sub_type is distinct from 'VDST')
            or (entry_type = 'OPCA' and symbol is not null)
            or entry_sub_type = 'WRM'
        )
        and is_booked(status)
    group by account_id, kind, group_key, symbol

),

changes as (

    select account_id, symbol, qty, opening.system_date
    from opening_positions
    cross join opening
    union all by name
    select effects.account_id, symbol, qty_delta as qty, effects.system_date
    from execution_effects as effects
    inner join books_after on effects.system_date > books_after.system_date
    union all by name
    select account_id, symbol, qty_delta as qty, effects.system_date, receipt_order, group_key
    from activity_net_effects as effects
    inner join books_after on effects.system_date > books_after.system_date

),

dated_changes as (

    select
        removals.*,
        changes.account_id as changed,
        changes.qty,
        changes.system_date < removals.first_date
        or coalesce(changes.receipt_order < removals.first_received, false) as is_before
    from removals
    left join changes
        on changes.account_id = removals.account_id
        and changes.symbol = removals.symbol
        and changes.qty is distinct from 0
        and (
            changes.group_key is distinct from removals.group_key
            or (removals.is_partial and removals.removed < 0 and changes.qty > 0)
        )
        and changes.system_date <= removals.first_date

),

positions_before as (

    select
        account_id, symbol, kind, is_partial, group_key, group_id, first_date, removed, evidence,
        case when count(changed) filter (where is_before) = count(qty) filter (where is_before)
        then sum(qty) filter (where is_before) end as held_before,
        case when count(changed) = count(qty)
        then coalesce(sum(greatest(qty, 0)) filter (where not is_before), 0) end as bought_that_day
    from dated_changes
    group by
        account_id, symbol, kind, is_partial, group_key, group_id, first_date, removed, evidence

),

directed as (

    select
        * replace (
            case when kind = 'CNC' and removed = held_before then -removed else removed end
                as removed
        ),
        if(is_partial, held_before + bought_that_day, held_before) as held
    from positions_before

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', 'removal by', kind, first_date::varchar, group_id)
        ) as subject,
        case
            when held is null or (is_partial and removed >= 0) then 'not_evaluated'
            when removed + held = 0 or (is_partial and removed + held > 0) then 'pass'
            else 'break'
        end as verdict,
        if(is_partial, 'at most ', '') || plain(-held) as expected,
        plain(removed) as actual,
        (removed + held)::decimal(38, 9) as difference,
        symbol as unit,
        evidence
    from directed

)

select * from verdicts
