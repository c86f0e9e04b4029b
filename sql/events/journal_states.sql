-- title: Every state of every journal, once
-- reads: stream_journal_status, calendar
-- columns:
--   batch_error_message: why a journal of a batch failed
--   idempotency_key: the key that the partner sent with the journal
--
-- Every state of every journal, once. Both versions of the stream tell the same steps under
-- different ids, so a step is the journal, the two statuses and the how-manieth time one version
-- tells of them; the first telling counts. Version 2 has ULIDs for ids, version 1 both ULIDs and
-- integers, its oldest events integers only. Steps go by time, then by publication, and by receipt
-- only where neither tells, since the history of one version may be read after the other's. The
-- first state comes from none.
with

latest as (

    select *
    from stream_journal_status
    qualify row_number() over (partition by identity order by receipt_order desc) = 1

),

parsed as (

    select
        journal_id,
        entry_type,
        lower(nullif(status_from, '')) as status_from,
        lower(status_to) as status_to,
        nullif(description, '') as description,
        nullif(batch_error_message, '') as batch_error_message,
        nullif(idempotency_key, '') as idempotency_key,
        account_number,
        case
            when regexp_full_match(identity, '\d+') then 'version 1 without ULIDs'
            when identity = event_id then 'version 2'
            else 'version 1'
        end as version,
        identity as event_id,
        to_microseconds(event_at) as event_at,
        published,
        receipt_order
    from latest

),

counted as (

    select
        *,
        row_number() over (
            partition by version, journal_id, status_from, status_to
            order by event_at, published, receipt_order
        ) as occurrence
    from parsed

),

-- What only one version has (texts of version 2, the account of the oldest) is kept of either.
once as (

    select
        * replace (
            max(entry_type) over same_step as entry_type,
            max(description) over same_step as description,
            max(batch_error_message) over same_step as batch_error_message,
            max(idempotency_key) over same_step as idempotency_key,
            max(account_number) over same_step as account_number
        )
    from counted
    window same_step as (partition by journal_id, status_from, status_to, occurrence)
    qualify row_number() over (
        partition by journal_id, status_from, status_to, occurrence
        order by event_at, published, receipt_order
    ) = 1

)

select
    once.journal_id,
    row_number() over (
        partition by once.journal_id order by once.event_at, once.published, once.receipt_order
    ) as step,
    once.entry_type,
    once.status_from,
    once.status_to,
    once.description,
    once.batch_error_message,
    once.idempotency_key,
    once.account_number,
    once.event_id,
    once.event_at,
    calendar.session_date as system_date,
    once.receipt_order
from once
left join events.calendar
    on calendar.date = broker_day(once.event_at)
