-- title:    A movement of shares does not say of which shares
-- severity: S1
-- scope:    account
-- reads:    activity_entries, activities, night, calendar
-- params:   none
--
-- Shares can only be booked under a symbol. The activity stream names it in `asset`, or in the
-- details; legs of name changes, mergers, spin-offs, contract swaps and unit splits repeat the same
-- details, and the sign says which of the symbols is meant. Exercises and assignments name none
-- before 2026-10-28, and a unit split that gives as many of both new symbols cannot be told apart.
-- What has no symbol is booked as UNNAMED, so the position of the real symbol is wrong by it.
-- It is pending until the next settlement day, since the other stream may name it, then a break.
-- Clears when an event of the same id comes that names the symbol.
with

movements_of_shares as (

    select
        entries.account_id,
        entries.symbol,
        entries.activity_id,
        entries.system_date,
        entries.qty_delta,
        concat_ws('/', entries.entry_type, entries.entry_sub_type) as type,
        activities.target_symbol
    from activity_entries as entries
    inner join activities on activities.activity_id = entries.activity_id
    inner join night on entries.system_date <= night.system_date
    where entries.is_last and entries.is_counted and entries.qty_delta <> 0

),

verdicts as (

    select
        movements_of_shares.account_id,
        'activity ' || movements_of_shares.activity_id as subject,
        'break' as verdict,
        'a symbol' as expected,
        type || if(target_symbol is null,
            ' names neither asset nor symbol', ' gives as many of both new symbols') as actual,
        qty_delta as difference,
        'shares' as unit,
        calendar.next_settlement as due_date,
        [activity_id] as evidence
    from movements_of_shares
    left join calendar on calendar.date = movements_of_shares.system_date
    where symbol is null
    union all by name
    select
        'activities of ' || system_date as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        0 as difference,
        'activities' as unit,
        []::varchar[] as evidence
    from movements_of_shares
    where symbol is not null
    group by system_date

)

select * from verdicts
