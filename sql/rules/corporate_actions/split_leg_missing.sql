-- title:    A split lacks a leg
-- severity: S1
-- scope:    account
-- reads:    activities, calendar, activities_to_date
-- params:   system_date
--
-- A split takes the old shares away (REMOVE) and gives the new ones (ADD), each by an event of
-- its own; they have been minutes apart and on both sides of midnight. Until both are there the
-- account holds nothing, or too much. A leg that has not come by the next settlement day after
-- the last one is a break; before, it is pending. A unit split adds one or two symbols.
-- Where the text says that no new shares come (To QTY:0) there is no ADD to wait for. Legs from
-- before the opening of the books count too, so all that is archived is looked at.
-- Clears when the leg comes, or all are canceled.
with

legs as (

    select
        account_id,
        entry_sub_type,
        group_key,
        group_id,
        source_symbol,
        ca_leg,
        new_qty,
        system_date,
        activity_id,
        activity_id in (select activity_id from activities) as in_books
    from activities_to_date
    where entry_type = 'SPLIT'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

splits as (

    select
        account_id,
        coalesce(min(source_symbol) filter (where ca_leg = 'REMOVE'), min(source_symbol)) as symbol,
        coalesce(max(entry_sub_type), 'SPLIT') as kind,
        group_key,
        min(group_id) as group_id,
        min(system_date) as first_date,
        max(system_date) as last_date,
        coalesce(bool_or(ca_leg = 'REMOVE'), false) as has_remove,
        coalesce(bool_or(ca_leg = 'ADD'), false) as has_add,
        coalesce(max(new_qty) = 0, false) as adds_nothing,
        string_agg(distinct ca_leg, ' and ' order by ca_leg) as legs,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key
    having bool_or(in_books)

),

judged as (

    select
        splits.*,
        calendar.next_settlement as due_date,
        case
            when has_remove and (has_add or adds_nothing) then 'pass'
            when $system_date::date < calendar.next_settlement then 'pending'
            else 'break'
        end as verdict
    from splits
    left join calendar on calendar.date = splits.last_date

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', kind, 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        verdict,
        case when adds_nothing then 'REMOVE' else 'ADD and REMOVE' end as expected,
        coalesce(legs, 'none') as actual,
        null::decimal(38, 9) as difference,
        'legs' as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from judged

)

select * from verdicts
