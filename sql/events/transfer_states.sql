-- title: Every state of every transfer, bank and wallet, once
-- reads: stream_transfer_status, stream_funding_status, calendar
-- columns:
--   kind: transfer, bank_relationship, wire_bank or funding_wallet
--   reason: why, as the broker says
--   source_stream: the stream that reported the step first
--
-- Every state of every transfer, and of the banks and wallets that the funding stream also tells
-- of, once. The old stream knows transfers only, some in lower case and with `executed` for what
-- is now `COMPLETE`; a step that both streams tell counts once, as the first of them told it. One
-- stream may tell of the same step again: a wallet goes from pending to active and back.
-- Steps go by time, then by publication, and by receipt only where neither tells, since the history
-- of one stream may be read after the other's.
with

old as (

    select
        transfer_id, account_id, 'transfer' as kind, status_from, status_to,
        null::varchar as reason, identity, event_at, published, receipt_order,
        'transfer_status' as source_stream
    from stream_transfer_status
    qualify row_number() over (partition by identity order by receipt_order desc) = 1

),

new as (

    select
        entity_id as transfer_id, account_id,
        case entity_type
            when 'Transfer' then 'transfer'
            when 'BankRelationship' then 'bank_relationship'
            when 'WireBank' then 'wire_bank'
            when 'FundingWallet' then 'funding_wallet'
            else entity_type
        end as kind,
        status_from, status_to, reason, identity, event_at, published, receipt_order,
        'funding_status' as source_stream
    from stream_funding_status
    qualify row_number() over (partition by identity order by receipt_order desc) = 1

),

parsed as (

    select
        * exclude (identity, event_at, receipt_order) replace (
            upper(nullif(status_from, '')) as status_from,
            upper(status_to) as status_to,
            nullif(reason, '') as reason
        ),
        identity as event_id,
        to_microseconds(event_at) as event_at,
        receipt_order
    from (from old union all by name from new)

),

counted as (

    select
        *,
        replace(status_from, 'EXECUTED', 'COMPLETE') as step_from,
        replace(status_to, 'EXECUTED', 'COMPLETE') as step_to,
        row_number() over (
            partition by source_stream, transfer_id, kind, step_from, step_to
            order by event_at, published, receipt_order
        ) as occurrence
    from parsed

),

once as (

    select * replace (max(reason) over same_step as reason)
    from counted
    window same_step as (partition by transfer_id, kind, step_from, step_to, occurrence)
    qualify row_number() over (
        partition by transfer_id, kind, step_from, step_to, occurrence
        order by event_at, published, receipt_order
    ) = 1

)

select
    once.transfer_id,
    row_number() over (
        partition by once.transfer_id, once.kind
        order by once.event_at, once.published, once.receipt_order
    ) as step,
    once.account_id,
    once.kind,
    once.status_from,
    once.status_to,
    once.reason,
    once.event_id,
    once.event_at,
    calendar.session_date as system_date,
    once.receipt_order,
    once.source_stream
from once
left join events.calendar
    on calendar.date = broker_day(once.event_at)
