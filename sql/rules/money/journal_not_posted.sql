-- title:    What is booked of a journal is not what its status says
-- severity: S1
-- scope:    account
-- reads:    journal_states, books_start, calendar, coverage, journal_accounts, activities_to_date
-- params:   system_date
--
-- A journal that is executed has moved cash or shares, so activities that bear its id are booked;
-- one that was rejected, refused, canceled or deleted has moved nothing, so what was booked of it
-- is canceled or taken back; one that still waits is not booked yet. And what is booked of a
-- journal was told of on the stream of states. Corrected journals have a rule of their own.
-- Older share journals print the two accounts in place of the id: of those each day must have as
-- many receiving legs as share journals were executed.
-- The other side may come later: pending until the next settlement day, then a break. Where the
-- night begins with a closing or a statement, a journal executed before it has its activities
-- there, and is not looked at; nor is one whose stream of states is not read. `not_evaluated`: a
-- status with an unknown name, a journal from before the stream's stretch, or something that was
-- perhaps booked before the books begin, or a stream that has never told of any journal.
-- Clears when the missing side comes.
with

reported as (

    select
        journal_id,
        last(entry_type order by step) as entry_type,
        last(status_to order by step) as status,
        last(system_date order by step) as reported_on,
        min(system_date) filter (where status_to in ('executed', 'activity_created'))
            as executed_on,
        last(event_id order by step) as event_id
    from journal_states
    where system_date <= $system_date::date
    group by journal_id

),

legs as (

    select
        activity_id, account_id, symbol, entry_type, system_date,
        coalesce(journal_id, journal) as journal,
        -- The two accounts and a day, or the day alone, are no id.
        journal_id is not null
        or not (contains(journal, ' ') or try_cast(journal as date) is not null) as has_id,
        net_amount, qty
    from activities_to_date
    where entry_type in ('JNL', 'JNLC', 'JNLS')
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

sides as (

    select
        journal, account_id, symbol, max(system_date) as booked_on,
        sum(net_amount) <> 0 or sum(qty) <> 0 as moves,
        list(activity_id order by activity_id) as activity_ids
    from legs
    where has_id
    group by journal, account_id, symbol

),

booked as (

    select
        journal, bool_or(moves) as moves, max(booked_on) as booked_on,
        list_sort(flatten(list(activity_ids))) as activity_ids
    from sides
    group by journal

),

-- Receiving legs without an id, and share journals that no leg names, each numbered by the day.
unnamed as (

    select
        system_date, count(*) as receiving_legs
    from legs
    where not has_id and qty > 0
    group by system_date

),

numbered as (

    select
        reported.journal_id,
        row_number() over (partition by reported.executed_on order by reported.journal_id) as number
    from reported
    where reported.entry_type <> 'JNLC'
        and reported.status in ('executed', 'activity_created')
        and reported.journal_id not in (select journal from booked)

),

journals as (

    select
        coalesce(reported.journal_id, booked.journal) as journal,
        reported.status, reported.executed_on,
        coalesce(booked.moves or numbered.number <= unnamed.receiving_legs, false) as moves,
        coalesce(reported.reported_on, booked.booked_on) as reported_on,
        booked.booked_on,
        list_concat(
            if(reported.event_id is null, []::varchar[], [reported.event_id]),
            coalesce(booked.activity_ids, []::varchar[])
        ) as evidence
    from reported
    full join booked on booked.journal = reported.journal_id
    left join numbered on numbered.journal_id = reported.journal_id
    left join unnamed on unnamed.system_date = reported.executed_on

),

seen as (

    select
        journals.*,
        begins,
        case
            when status in ('executed', 'activity_created') then 'booked'
            when status in ('canceled', 'deleted', 'refused', 'rejected') then 'nothing booked'
            when status in ('queued', 'sent_to_clearing', 'pending') then 'nothing booked yet'
            when status is null then 'reported on the stream'
        end as expected,
        case
            when status in ('executed', 'activity_created') then executed_on
            when status in ('canceled', 'deleted', 'refused', 'rejected')
                then greatest(reported_on, booked_on)
            else booked_on
        end as since
    from journals
    cross join books_start
    where exists (select 1 from coverage where stream = 'journal_status')
        and status is distinct from 'correct'
        and (reported_on > begins or booked_on > begins)
        and not (status in ('executed', 'activity_created') and not moves and executed_on <= begins)
        and not (status is null and not moves)

),

judged as (

    select
        seen.*,
        calendar.next_settlement as due_date,
        case
            when expected is null then 'not_evaluated'
            when moves = (expected = 'booked') then 'pass'
            when expected = 'nothing booked' and executed_on <= begins then 'not_evaluated'
            when expected = 'reported on the stream' and (
                booked_on <= (
                    select min(since)::date from coverage where stream = 'journal_status'
                )
                or not exists (select 1 from journal_states)
            ) then 'not_evaluated'
            when $system_date::date < calendar.next_settlement then 'pending'
            else 'break'
        end as verdict
    from seen
    left join calendar on calendar.date = seen.since

),

verdicts as (

    select
        journal_accounts.account_id,
        null::varchar as symbol,
        'journal ' || judged.journal as subject,
        verdict,
        coalesce(status || ': ' || expected, expected, 'a status with a known name') as expected,
        case
            when expected is null then status
            when status is null then 'booked, and never reported'
            when moves then 'booked'
            else 'nothing booked'
        end || if(verdict = 'pass', '', coalesce(', with ' || journal_accounts.others, ''))
            as actual,
        null::decimal(38, 9) as difference,
        null::varchar as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from judged
    left join journal_accounts on journal_accounts.journal = judged.journal

)

select * from verdicts
