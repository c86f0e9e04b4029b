-- title:    A merger or a reorganisation lacks a leg
-- severity: S1
-- scope:    account
-- reads:    corporate_action_groups, calendar
-- params:   none
--
-- A merger takes the old shares away (REMOVE) and gives cash (CMA), new shares (SMA) or both
-- (SCMA), each by an event of its own and in any order; so does a reorganisation (REOC, REOS,
-- REOSC). Where the events name no sub type, their texts say which it is: one with cash, one with
-- new shares. A leg that has not come by the next settlement day after the last one is a break;
-- before, it is pending. Cash that rounds to zero is not sent. Legs from before the opening of the
-- books count, so all archived ones are looked at.
-- `not_evaluated`: the kind is unknown, or a reorganisation names no group: in the published sample
-- nothing else ties its cash to its shares.
-- Clears when the leg comes, or all legs are canceled.
with

mergers as (

    select
        corporate_action_groups.*,
        case
            when len(sub_types) = 1 then case sub_type
                when 'REOC' then 'CMA' when 'REOS' then 'SMA' when 'REOSC' then 'SCMA'
                else sub_type
            end
            when cash_rate is not null and new_rate is not null then 'SCMA'
            when cash_rate is not null then 'CMA'
            when new_rate is not null then 'SMA'
        end as kind,
        coalesce(round(removed * cash_rate, 2) = 0, false) as pays_nothing,
        calendar.next_settlement as due_date
    from corporate_action_groups
    left join calendar on calendar.date = corporate_action_groups.last_date
    where entry_type in ('MA', 'REO') and legs_of = 'archive'

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', coalesce(sub_type, entry_type), 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        case
            when coalesce(kind not in ('CMA', 'SMA', 'SCMA'), true) then 'not_evaluated'
            when remove_legs > 0
                and (add_legs > 0 or kind = 'CMA')
                and (cash_legs > 0 or kind = 'SMA' or pays_nothing) then 'pass'
            when entry_type = 'REO' and group_id is null then 'not_evaluated'
            else 'break'
        end as verdict,
        case kind when 'CMA' then 'CASH, REMOVE' when 'SMA' then 'ADD, REMOVE'
        when 'SCMA' then 'ADD, CASH, REMOVE' end as expected,
        coalesce(array_to_string(kinds_of_legs, ', '), 'none') as actual,
        'legs' as unit,
        due_date,
        evidence
    from mergers

)

select * from verdicts
