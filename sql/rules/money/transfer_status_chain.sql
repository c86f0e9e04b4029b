-- title:    A state of a transfer or a bank does not follow from the one before
-- severity: S3
-- scope:    account
-- reads:    transfer_states, coverage, books_after
-- params:   none
--
-- Each message about a transfer, a bank or a wallet names the status that it leaves and the one
-- that it takes, so one message leaves what the message before it took. The first one leaves none,
-- or one that was reported before the archive began; the newer stream may leave it out. `EXECUTED` of
-- the old stream is `COMPLETE` of the new one. No status is the end: a complete transfer can be
-- returned.
-- A break: a message was lost, and what became of the transfer is not known for certain. A status
-- with an unknown name does no harm here.
-- What has a state after the books began is looked at, where one of the two streams is read.
-- Clears when a later replay brings the message that is missing.
with

steps as (

    select
        transfer_id, step, account_id, kind, event_id, system_date,
        replace(status_from, 'EXECUTED', 'COMPLETE') as status_from,
        replace(status_to, 'EXECUTED', 'COMPLETE') as status_to,
        lag(replace(status_to, 'EXECUTED', 'COMPLETE')) over steps as status_before
    from transfer_states
    where exists (
            select 1 from coverage where stream in ('funding_status', 'transfer_status')
        )
    window steps as (partition by transfer_id, kind order by step)

),

transfers as (

    select
        account_id, kind, transfer_id,
        first(status_before order by step) filter (where status_from <> status_before) as expected,
        first(status_from order by step) filter (where status_from <> status_before) as actual,
        count(*) filter (where status_from <> status_before) as gaps,
        string_agg(status_to, ' ' order by step) as statuses,
        list(event_id order by step) as evidence
    from steps
    group by account_id, kind, transfer_id
    having max(system_date) > (select books_after.system_date from books_after)

),

verdicts as (

    select
        account_id,
        coalesce(replace(kind, '_', ' '), 'entity') || ' ' || transfer_id as subject,
        if(gaps = 0, 'pass', 'break') as verdict,
        if(gaps = 0, statuses, expected) as expected,
        if(gaps = 0, statuses, actual) as actual,
        gaps::decimal(38, 9) as difference,
        'gaps' as unit,
        evidence
    from transfers

)

select * from verdicts
