-- title:    A movement of shares does not say of which shares
-- severity: S1
-- scope:    account
-- reads:    activity_entries, activities, calendar
-- params:   system_date
--
-- Shares can only be booked under a symbol. The activity stream names it in `asset`, or in the
-- details; legs of name changes, mergers, spin-offs, contract swaps and unit splits repeat the same
-- details, and the sign says which of the symbols is meant. Exercises and assignments name none
-- before 2026-10-28, and a unit split that gives as many of both new symbols cannot be told apart.
-- What has no symbol is booked as UNNAMED, so the position of the real symbol is wrong by it.
-- It is pending until the next settlement day, since the other stream may name it, then a break.
-- Clears when an event of the same id comes that names the symbol.
with

moved as (

    select
        activity_entries.account_id,
        activity_entries.symbol,
        activity_entries.activity_id,
        activity_entries.system_date,
        activity_entries.qty_delta,
        concat_ws('/', activity_entries.entry_type, activity_entries.entry_sub_type) as name,
        activities.target_symbol,
        calendar.next_settlement as due_date
    from activity_entries
    inner join activities on activities.activity_id = activity_entries.activity_id
    left join calendar on calendar.date = activity_entries.system_date
    where activity_entries.is_last and activity_entries.is_counted and activity_entries.qty_delta <> 0
        and activity_entries.system_date <= $system_date::date

),

found as (

    select
        account_id,
        'activity ' || activity_id as subject,
        case when $system_date::date < due_date then 'pending' else 'break' end as verdict,
        'a symbol' as expected,
        case
            when target_symbol is not null then name || ' gives as many of both new symbols'
            else name || ' names neither asset nor symbol'
        end as actual,
        qty_delta as difference,
        'shares' as unit,
        due_date,
        [activity_id] as evidence
    from moved
    where symbol is null
    union all
    select
        null, 'activities of ' || system_date, 'pass', count(*)::varchar, count(*)::varchar,
        0, 'activities', null, []::varchar[]
    from moved
    where symbol is not null
    group by system_date

),

verdicts as (

    select
        account_id,
        null::varchar as symbol,
        subject,
        verdict,
        expected,
        actual,
        difference::decimal(38, 9) as difference,
        unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from found

)

select * from verdicts
