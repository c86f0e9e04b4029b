-- title:    A batch of journals was executed in part
-- severity: S2
-- scope:    all
-- reads:    journal_states, calendar, coverage, books_after
-- params:   none
--
-- Journals that are sent as one batch bear one idempotency key, and are executed all or none: if
-- one fails the others are not executed, or are reversed. An entry failed if it was rejected or
-- refused in the end, or bears the error message of its batch. Entries that were canceled, deleted
-- or corrected later say nothing of the batch.
-- Pending until the next settlement day after the last state, then a break: some accounts got what
-- others of the same batch did not. Keys of a single journal have no row. Only the newer version
-- of the stream has the key. Clears when the executed entries are reversed.
with

journals as (

    select
        journal_id,
        max(idempotency_key) as idempotency_key,
        last(status_to order by step) as status,
        max(batch_error_message) as message,
        max(system_date) as reported_on,
        last(event_id order by step) as event_id
    from journal_states
    where exists (select 1 from coverage where stream = 'journal_status')
    group by journal_id

),

batches as (

    select
        idempotency_key,
        count(*) as entries,
        count(*) filter (where status in ('executed', 'activity_created')) as executed,
        count(*) filter (
            where message is not null or status in ('rejected', 'refused')
        ) as failed,
        max(message) as message,
        max(reported_on) as reported_on,
        list(event_id order by event_id) as evidence
    from journals
    where idempotency_key is not null
    group by idempotency_key
    having (count(*) > 1 or max(message) is not null)
        and max(reported_on) > (select books_after.system_date from books_after)

),

verdicts as (

    select
        'batch ' || idempotency_key as subject,
        if(failed = 0 or executed = 0, 'pass', 'break') as verdict,
        if(failed = 0, executed, 0) || ' of ' || entries || ' executed' as expected,
        concat_ws(', ', executed || ' of ' || entries || ' executed',
            if(failed > 0, failed || ' failed', null), message) as actual,
        if(failed = 0, 0, executed)::decimal(38, 9) as difference,
        'journals' as unit,
        calendar.next_settlement as due_date,
        evidence
    from batches
    left join calendar on calendar.date = batches.reported_on

)

select * from verdicts
