-- title: Events whose ids contradict their time, or the order in which they came
-- reads: stream_trades, stream_trades_v1, stream_nta, stream_activities, fetches
-- columns:
--   fault: ahead of its id, or out of order; null for the row that counts the others
--   identity: the event; null for the row that counts the others
--   published_at: when its id says that it was published [UTC]
--   before_at: when the id of the event received before it says that it was [UTC]
--   events: how many events the row stands for [events]
--
-- One row for each event of the streams that move money that has a fault, and one a stream for those
-- that have none. A ULID begins with the millisecond of its publication, and what happened later
-- cannot be in it. The broker sends the events of one account in the order of their ids. That can only
-- be seen within one reading: one of a window that the broker took by instants, or one between two
-- ids; a file has any order, and a window taken by dates is followed by a second reading.
with

events as (

    select
        'trades' as stream, account_id, identity, event_at, published, receipt_order,
        left(segment, 6)::bigint as fetch_id
    from stream_trades
    union all
    select 'trades_v1', account_id, identity, event_at, published, receipt_order,
        left(segment, 6)::bigint as fetch_id
    from stream_trades_v1
    union all
    select 'nta', account_id, identity, event_at, published, receipt_order,
        left(segment, 6)::bigint as fetch_id
    from stream_nta
    union all
    select 'activities', account_id, identity, event_at, published, receipt_order,
        left(segment, 6)::bigint as fetch_id
    from stream_activities

),

ordered_fetches as (

    select fetch_id
    from events.fetches
    where ended = 'by_cursor'
        or ended = 'complete' and (asked = 'instants' or stream = 'activities' and coalesce(asked, '') = '')

),

in_order as (

    select
        events.*,
        if(
            ordered.fetch_id is null, null,
            lag(published) over (
                partition by stream, events.fetch_id, account_id order by receipt_order
            )
        ) as before
    from events
    left join ordered_fetches as ordered on ordered.fetch_id = events.fetch_id
    where length(published) = 10

),

dated as (

    select
        *,
        case
            when to_microseconds(event_at) > ulid_instant(published) + interval 2 seconds
                then 'ahead of its id'
            when published < before then 'out of order'
        end as fault
    from in_order

)

select
    stream,
    fault,
    if(fault is null, null, identity) as identity,
    if(fault is null, null, min(account_id)) as account_id,
    if(fault is null, null, max(to_microseconds(event_at))) as event_at,
    if(fault is null, null, min(ulid_instant(published))) as published_at,
    if(fault is null, null, max(ulid_instant(before))) as before_at,
    count(*) as events
from dated
group by stream, fault, if(fault is null, null, identity)
