-- title:    A journal waits longer than the broker lets it
-- severity: S3
-- scope:    journal
-- reads:    reported_journals, calendar, coverage, journal_accounts
-- params:   system_date
--
-- A journal above the broker's limits waits for the run of the next morning, and then is executed
-- or refused. One that still is queued, pending or with the clearing after that has been forgotten,
-- and its cash has not moved though the customer was told so.
-- A break from the next settlement day on; nothing is looked at where the stream of journals is not
-- read. Clears when the journal comes to an end.
with

journals as (

    select
        reported_journals.*,
        calendar.next_settlement as due_date,
        status in ('queued', 'sent_to_clearing', 'pending') as is_waiting
    from reported_journals
    left join calendar on calendar.date = reported_journals.reported_on
    where exists (select 1 from coverage where stream = 'journal_status')

),

verdicts as (

    select
        journal_accounts.account_id,
        'journal ' || journal_id as subject,
        case
            when not is_waiting then 'pass'
            when due_date is null then 'not_evaluated'
            when $system_date::date < due_date then 'pass'
            else 'break'
        end as verdict,
        'an end' as expected,
        status || ' since ' || reported_on as actual,
        [event_id] as evidence
    from journals
    left join journal_accounts on journal_accounts.journal = journals.journal_id

)

select * from verdicts
