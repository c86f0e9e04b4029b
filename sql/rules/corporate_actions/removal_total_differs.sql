-- title:    A corporate action did not remove the whole holding
-- severity: S1
-- scope:    account
-- reads:    activities, activity_net_effects, execution_effects, opening, opening_positions
-- params:   none
--
-- A split, merger, name change or worthless removal takes away all that an account holds of the
-- symbol, and the swap of an option contract all its old contracts. It does so at the beginning of
-- its system date: what counts is the opening, all events of earlier system dates, and activities
-- of the same date that were received before it. Who is short has the negative position taken
-- away. A break is a trade or a transfer that one side does not have, or an action applied twice. A
-- new CUSIP removes and adds the same symbol, so for someone short the two legs look alike: there
-- either sign will do.
-- `not_evaluated`: the books do not know the symbol in that account before, or one of its events
-- has no known effect. Clears when the missing event comes, or the action is booked anew.
with

removals as (

    select
        account_id,
        coalesce(entry_sub_type, entry_type) as kind,
        group_key,
        min(group_id) as group_id,
        symbol,
        min(system_date) as first_date,
        min(receipt_order) as first_received,
        sum(qty) as removed,
        list(activity_id order by activity_id) as evidence
    from activities
    where ca_leg = 'REMOVE'
        and (entry_type in ('SPLIT', 'MA', 'NC', 'OPCA') or entry_sub_type = 'WRM')
        and (entry_type <> 'OPCA' or symbol is not null)
        and is_booked(status)
    group by account_id, kind, group_key, symbol

),

changes as (

    select account_id, symbol, qty, opening.system_date
    from opening_positions
    cross join opening
    union all by name
    select account_id, symbol, qty_delta as qty, system_date
    from execution_effects
    union all by name
    select account_id, symbol, qty_delta as qty, system_date, receipt_order, group_key
    from activity_net_effects

),

positions_before as (

    select
        removals.account_id,
        removals.symbol,
        removals.kind,
        removals.group_key,
        removals.group_id,
        removals.first_date,
        removals.removed,
        removals.evidence,
        case when count(changes.account_id) = count(changes.qty)
        then sum(changes.qty) end as held
    from removals
    left join changes
        on changes.account_id = removals.account_id
        and changes.symbol = removals.symbol
        and changes.qty is distinct from 0
        and changes.group_key is distinct from removals.group_key
        and (
            changes.system_date < removals.first_date
            or (changes.system_date = removals.first_date
                and changes.receipt_order < removals.first_received)
        )
    group by
        removals.account_id, removals.symbol, removals.kind, removals.group_key,
        removals.group_id, removals.first_date, removals.removed, removals.evidence

),

directed as (

    select
        account_id, symbol, kind, group_key, group_id, first_date, held, evidence,
        case when kind = 'CNC' and removed = held then -removed else removed end as removed
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
            when held is null then 'not_evaluated'
            when removed + held = 0 then 'pass'
            else 'break'
        end as verdict,
        plain(-held) as expected,
        plain(removed) as actual,
        (removed + held)::decimal(38, 9) as difference,
        symbol as unit,
        evidence
    from directed

)

select * from verdicts
