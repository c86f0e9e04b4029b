-- title:    A merger lacks a leg
-- severity: S1
-- scope:    account
-- reads:    activities, calendar, activities_to_date
-- params:   system_date
--
-- A merger takes the old shares away (REMOVE) and gives cash (CMA), new shares (SMA) or both
-- (SCMA), each by an event of its own and in any order. Where the events name no sub type, their
-- texts say which it is: one with cash, one with new shares. A leg that has not come by the next
-- settlement day after the last one is a break; before, it is pending. Cash that rounds to zero
-- is not sent. Legs from before the opening of the books count, so all archived ones are read.
-- `not_evaluated`: the kind of merger is unknown.
-- Clears when the leg comes, or all legs are canceled.
with

legs as (

    select
        account_id, entry_sub_type, group_key, group_id, source_symbol, ca_leg, qty, cash_rate,
        exchange_rate, system_date, activity_id,
        activity_id in (select activity_id from activities) as in_books
    from activities_to_date
    where entry_type = 'MA'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

mergers as (

    select
        account_id,
        min(source_symbol) as symbol,
        max(entry_sub_type) as sub_type,
        group_key,
        min(group_id) as group_id,
        case
            when min(entry_sub_type) = max(entry_sub_type) then max(entry_sub_type)
            when max(cash_rate) is not null and max(exchange_rate) is not null then 'SCMA'
            when max(cash_rate) is not null then 'CMA'
            when max(exchange_rate) is not null then 'SMA'
        end as kind,
        min(system_date) as first_date,
        max(system_date) as last_date,
        coalesce(bool_or(ca_leg = 'REMOVE'), false) as has_remove,
        coalesce(bool_or(ca_leg = 'ADD'), false) as has_add,
        coalesce(bool_or(ca_leg = 'CASH'), false) as has_cash,
        coalesce(
            round(sum(qty) filter (where ca_leg = 'REMOVE') * max(cash_rate), 2) = 0, false
        ) as pays_nothing,
        string_agg(distinct ca_leg, ', ' order by ca_leg) as legs,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key
    having bool_or(in_books)

),

judged as (

    select
        mergers.*,
        calendar.next_settlement as due_date,
        case
            when coalesce(kind not in ('CMA', 'SMA', 'SCMA'), true) then 'not_evaluated'
            when has_remove
                and (has_add or kind = 'CMA')
                and (has_cash or kind = 'SMA' or pays_nothing) then 'pass'
            when $system_date::date < calendar.next_settlement then 'pending'
            else 'break'
        end as verdict
    from mergers
    left join calendar on calendar.date = mergers.last_date

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', coalesce(sub_type, 'MA'), 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        verdict,
        case kind when 'CMA' then 'CASH, REMOVE' when 'SMA' then 'ADD, REMOVE'
        when 'SCMA' then 'ADD, CASH, REMOVE' end as expected,
        coalesce(legs, 'none') as actual,
        null::decimal(38, 9) as difference,
        'legs' as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from judged

)

select * from verdicts
