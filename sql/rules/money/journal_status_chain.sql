-- title:    A state of a journal does not follow from the one before
-- severity: S3
-- scope:    journal
-- reads:    journal_states, coverage, journal_accounts, books_after
-- params:   none
--
-- Each message about a journal names the status that it leaves and the one that it takes, so one
-- message leaves what the message before it took. The first one of a journal leaves none, or one
-- that was reported before the archive began. `executed` is not the end, since a journal can be
-- reversed; `canceled`, `deleted` and `correct` are, and nothing follows them.
-- A break: a message was lost or came twice under two names, and what became of the journal is not
-- known for certain. A status with an unknown name does no harm here.
-- Journals with a state after the books began are looked at, where that stream is read.
-- Clears when a later replay brings the message that is missing.
with

steps as (

    select
        journal_id, step, entry_type, status_from, status_to, event_id, system_date,
        lag(status_to) over steps as status_before
    from journal_states
    where exists (select 1 from coverage where stream = 'journal_status')
    window steps as (partition by journal_id order by step)

),

steps_compared as (

    select
        *,
        coalesce(status_before in ('canceled', 'deleted', 'correct'), false) as follows_the_end,
        coalesce(status_from <> status_before, false) as leaves_another
    from steps

),

journals as (

    select
        journal_id,
        first(status_before order by step) filter (where follows_the_end or leaves_another)
            as expected,
        first(
            case when follows_the_end then 'followed by ' || status_to else status_from end
            order by step
        ) filter (where follows_the_end or leaves_another) as actual,
        count(*) filter (where follows_the_end or leaves_another) as gaps,
        string_agg(status_to, ' ' order by step) as statuses,
        list(event_id order by step) as evidence
    from steps_compared
    group by journal_id
    having max(system_date) > (select books_after.system_date from books_after)

),

verdicts as (

    select
        journal_accounts.account_id,
        'journal ' || journal_id as subject,
        if(gaps = 0, 'pass', 'break') as verdict,
        if(gaps = 0, statuses, expected) as expected,
        if(gaps = 0, statuses, actual) as actual,
        gaps::decimal(38, 9) as difference,
        'gaps' as unit,
        evidence
    from journals
    left join journal_accounts on journal_accounts.journal = journals.journal_id

)

select * from verdicts
