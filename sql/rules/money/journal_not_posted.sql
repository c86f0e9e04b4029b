-- title:    What is booked of a journal is not what its status says
-- severity: S1
-- scope:    all
-- reads:    reported_journals, journal_legs, journal_accounts, books_start, calendar, coverage
-- params:   none
--
-- A journal that is executed has moved cash or shares, so activities that bear its id are booked;
-- one that was rejected, refused, canceled or deleted has moved nothing, so what was booked of it
-- is canceled or reversed; one that still waits is not booked yet. And what is booked of a
-- journal was reported on the stream of states. Corrected journals have a rule of their own.
-- Older share journals print the two accounts in place of the id: of those each day must have as
-- many receiving legs as share journals were executed.
-- The other side may come later: pending until the next settlement day, then a break. Where the
-- night begins with a closing or a statement, a journal executed before it has its activities
-- there, and is not looked at; nor is one whose stream of states is not read. `not_evaluated`: a
-- status with an unknown name, a journal from before the stream's stretch, or something that was
-- perhaps booked before the books begin, or a stream that has never reported any journal.
-- Clears when the missing side comes.
with

-- What must be booked of a journal with that status.
expected_of (status, expected) as (

    values
    ('executed', 'booked'),
    ('activity_created', 'booked'),
    ('canceled', 'nothing booked'),
    ('deleted', 'nothing booked'),
    ('refused', 'nothing booked'),
    ('rejected', 'nothing booked'),
    ('queued', 'nothing booked yet'),
    ('sent_to_clearing', 'nothing booked yet'),
    ('pending', 'nothing booked yet')

),

sides as (

    select
        journal, account_id, symbol,
        sum(net_amount) <> 0 or sum(qty) <> 0 as is_left,
        max(system_date) as booked_on,
        list(activity_id) as activity_ids
    from journal_legs
    where is_booked and has_id
    group by journal, account_id, symbol

),

booked_journals as (

    select
        journal,
        bool_or(is_left) as is_booked,
        max(booked_on) as booked_on,
        list_sort(flatten(list(activity_ids))) as activity_ids
    from sides
    group by journal

),

receiving_legs_without_id as (

    select system_date, count(*) as legs
    from journal_legs
    where is_booked and not has_id and qty > 0
    group by system_date

),

executed_without_legs as (

    select
        journal_id, executed_on,
        row_number() over (partition by executed_on order by journal_id) as number
    from reported_journals
    where entry_type <> 'JNLC'
        and status in ('executed', 'activity_created')
        and journal_id not in (select journal from booked_journals)

),

-- As many of a day's as it has receiving legs.
older_share_journals as (

    select executed_without_legs.journal_id
    from executed_without_legs
    inner join receiving_legs_without_id as receiving
        on receiving.system_date = executed_without_legs.executed_on
    where executed_without_legs.number <= receiving.legs

),

journals as (

    select
        coalesce(reported.journal_id, booked.journal) as journal,
        reported.status,
        reported.executed_on,
        reported.reported_on,
        booked.booked_on,
        coalesce(booked.is_booked, older.journal_id is not null) as is_booked,
        if(reported.status is null, 'reported on the stream', expected_of.expected) as expected,
        list_filter(
            [reported.event_id] || coalesce(booked.activity_ids, []), lambda one: one is not null
        ) as evidence
    from reported_journals as reported
    full join booked_journals as booked on booked.journal = reported.journal_id
    left join older_share_journals as older on older.journal_id = reported.journal_id
    left join expected_of on expected_of.status = reported.status

),

-- No row where it is not read.
stream as (

    select
        min(since)::date as first_day,
        exists (select 1 from reported_journals) as reports_journals
    from coverage
    where stream = 'journal_status'
    having count(*) > 0

),

-- What the night can judge, and the day since which it should be so.
journals_in_books as (

    select
        journals.*,
        begins,
        stream.first_day,
        stream.reports_journals,
        case expected
            when 'booked' then executed_on
            when 'nothing booked' then greatest(reported_on, booked_on)
            else booked_on
        end as since
    from journals
    cross join books_start
    cross join stream
    where status is distinct from 'correct'
        and (reported_on > begins or booked_on > begins)
        and not (expected is not distinct from 'booked' and not is_booked and executed_on <= begins)
        and (status is not null or is_booked)

),

verdicts as (

    select
        journal_accounts.account_id,
        'journal ' || journals.journal as subject,
        case
            when journals.expected is null then 'not_evaluated'
            when is_booked = (journals.expected = 'booked') then 'pass'
            when journals.expected = 'nothing booked' and executed_on <= begins then 'not_evaluated'
            when journals.expected = 'reported on the stream'
                and (booked_on <= first_day or not reports_journals)
                then 'not_evaluated'
            else 'break'
        end as verdict,
        coalesce(
            status || ': ' || journals.expected, journals.expected, 'a status with a known name'
        ) as expected,
        case
            when journals.expected is null then status
            when status is null then 'booked, and never reported'
            when is_booked then 'booked'
            else 'nothing booked'
        end || if(verdict = 'pass', '', coalesce(', with ' || journal_accounts.others, ''))
            as actual,
        calendar.next_settlement as due_date,
        evidence
    from journals_in_books as journals
    left join calendar on calendar.date = journals.since
    left join journal_accounts on journal_accounts.journal = journals.journal

)

select * from verdicts
