-- title:    A journal waits longer than the broker lets it
-- severity: S3
-- scope:    account
-- reads:    journal_states, calendar, coverage, journal_accounts
-- params:   system_date
--
-- A journal above the broker's limits waits for the run of the next morning, and then is executed
-- or refused. One that still is queued, pending or with the clearing after that has been forgotten,
-- and its cash has not moved though the customer was told so.
-- A break from the next settlement day on; nothing is looked at where the stream of journals is not
-- read. Clears when the journal comes to an end.
with

last_told as (

    select
        journal_id,
        last(status_to order by step) as status,
        last(system_date order by step) as since,
        last(event_id order by step) as event_id
    from journal_states
    where system_date <= $system_date::date
        and exists (select 1 from coverage where stream = 'journal_status')
    group by journal_id

),

judged as (

    select
        last_told.*,
        calendar.next_settlement as due_date,
        status in ('queued', 'sent_to_clearing', 'pending') as waits
    from last_told
    left join calendar on calendar.date = last_told.since

),

verdicts as (

    select
        journal_accounts.account_id,
        null::varchar as symbol,
        'journal ' || journal_id as subject,
        case
            when not waits then 'pass'
            when due_date is null then 'not_evaluated'
            when $system_date::date < due_date then 'pass'
            else 'break'
        end as verdict,
        'an end' as expected,
        status || ' since ' || since as actual,
        null::decimal(38, 9) as difference,
        null::varchar as unit,
        null::date as due_date,
        [event_id] as evidence
    from judged
    left join journal_accounts on journal_accounts.journal = judged.journal_id

)

select * from verdicts
