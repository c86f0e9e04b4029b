-- title:    A returned transfer still stands in the account's cash
-- severity: S1
-- scope:    account
-- reads:    transfer_states, books_start, calendar, coverage, activities_to_date
-- params:   system_date, window = 3
--
-- A bank may return a transfer that was complete: then its cash goes back, by an entry (CSD, CSW)
-- of the opposite amount or by canceling the first. The states of a transfer name no amount, so
-- the assumption is: within `window` settlement days of the return the account has an entry that
-- is the opposite of an earlier one of the transfer's time, or a canceled one; each return has its
-- own. What a return costs is a fee and not looked at. A transfer of which nothing was booked
-- before its return has nothing to give back.
-- Pending until the next settlement day after the return, then a break: the account holds money
-- that the bank has taken back. `not_evaluated`: the transfer began before the books do, and its
-- entry is not here to see; or there is one entry too few because of a return from before the books
-- begin, whose own may be there. Clears when the entry is reversed.
with

days as (

    select date, next_settlement, sum(is_settlement::int) over (order by date) as number
    from calendar

),

transfers as (

    select
        transfer_id, account_id,
        min(system_date) as begun_on,
        min(system_date) filter (where status_to = 'RETURNED') as returned_on,
        last(event_id order by step) as event_id
    from transfer_states
    where kind = 'transfer'
        and system_date <= $system_date::date
        and exists (
            select 1 from coverage where stream in ('funding_status', 'transfer_status')
        )
    group by transfer_id, account_id
    having returned_on is not null

),

returned as (

    select
        transfers.*,
        back.next_settlement as due_date,
        begun.number - $window::int as first_day,
        back.number as return_day,
        count(*) over near as number,
        count(*) filter (where transfers.returned_on > begins) over near as number_in_books,
        min(back.number) over near - $window::int as since_day
    from transfers
    inner join days as begun on begun.date = transfers.begun_on
    inner join days as back on back.date = transfers.returned_on
    cross join books_start
    window near as (
        partition by account_id order by back.number
        range between $window::int preceding and current row
    )

),

entries as (

    select
        activities.activity_id, activities.account_id, activities.net_amount,
        activities.status = 'canceled' as is_canceled, days.number as day
    from activities_to_date as activities
    semi join returned on returned.account_id = activities.account_id
    inner join days on days.date = activities.system_date
    where activities.entry_type in ('CSD', 'CSW')
        and activities.status in ('executed', 'correct', 'canceled')
        and activities.net_amount <> 0
        and activities.system_date <= $system_date::date

),

undone as (

    select
        later.activity_id, later.account_id, later.day,
        max(earlier.day) as booked_day, false as is_canceled
    from entries as later
    inner join entries as earlier
        on earlier.account_id = later.account_id
        and earlier.net_amount = -later.net_amount
        and earlier.day <= later.day
    where not later.is_canceled and not earlier.is_canceled
    group by later.activity_id, later.account_id, later.day
    union all
    select activity_id, account_id, day, day, true
    from entries
    where is_canceled

),

matched as (

    select
        returned.transfer_id, returned.account_id, returned.event_id, returned.due_date,
        returned.begun_on, returned.returned_on, returned.number, returned.number_in_books,
        count(undone.activity_id) as undone,
        list(undone.activity_id order by undone.activity_id)
            filter (where undone.activity_id is not null) as activity_ids,
        exists (
            select 1 from entries
            where entries.account_id = returned.account_id
                and entries.day between returned.first_day and returned.return_day
        ) as was_booked
    from returned
    left join undone
        on undone.account_id = returned.account_id
        and undone.day <= returned.return_day + $window::int
        and undone.booked_day >= returned.first_day
        and (undone.is_canceled or undone.day >= returned.since_day)
    group by all

),

judged as (

    select
        matched.*,
        case
            when undone >= number then 'pass'
            when begun_on <= transfers_since or undone >= number_in_books then 'not_evaluated'
            when not was_booked then 'pass'
            when $system_date::date < due_date then 'pending'
            else 'break'
        end as verdict
    from matched
    cross join books_start
    where returned_on > begins

),

verdicts as (

    select
        account_id,
        null::varchar as symbol,
        'transfer ' || transfer_id as subject,
        verdict,
        'reversed' as expected,
        case
            when undone >= number then 'reversed'
            when was_booked then 'booked'
            else 'nothing booked'
        end as actual,
        null::decimal(38, 9) as difference,
        null::varchar as unit,
        case when verdict = 'pending' then due_date end as due_date,
        list_concat([event_id], coalesce(activity_ids, []::varchar[])) as evidence
    from judged

)

select * from verdicts
