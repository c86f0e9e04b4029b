-- title: How many events each stage has of what the stage before it had
-- reads: stream_trades, stream_trades_v1, stream_nta, stream_activities, loaded_events, fetches
-- columns:
--   stage: archived, staged, or in the tables
--   had: how many the stage before has [events]
--   has: how many this stage has [events]
--   is_same: whether they are as many, and the same ones
--   evidence: the segments, or fetches, that differ
--
-- One row a stream and stage. `archived`: what all readings of the stream received and did not know,
-- against what they archived. `staged`: the rows that the manifest lists for the segments that the
-- night reads whole, against those that DuckDB read of them. `in the tables`: the identities of
-- the streams that move money, against those that `loaded_events` accounts for; a total of hashes of
-- the identities stands beside their number, so that one that was lost and one that was invented do
-- not cancel out. Each count is made from its own stage alone.
with

archived as (

    select
        stream,
        'archived' as stage,
        sum(received - duplicates) as had,
        sum(new) as has,
        bool_and(received = new + duplicates and least(new, duplicates) >= 0) as is_same,
        list('fetch ' || fetch_id order by fetch_id) filter (
            where received <> new + duplicates or least(new, duplicates) < 0
        ) as evidence
    from events.fetches
    group by stream

),

staged as (

    select
        stream,
        'staged' as stage,
        sum(listed) as had,
        sum(staged) as has,
        bool_and(listed = staged) as is_same,
        list(segment order by segment) filter (where listed <> staged) as evidence
    from listed_segments
    group by stream

),

identities as (

    select 'trades' as stream, identity from stream_trades
    union
    select 'trades_v1', identity from stream_trades_v1
    union
    select 'nta', identity from stream_nta
    union
    select 'activities', identity from stream_activities

),

readable as (

    select stream, count(*) as events, sum(hash(identity)) as hashes
    from identities
    group by stream

),

loaded as (

    select stream, count(*) as events, sum(hash(identity)) as hashes
    from events.loaded_events
    group by stream

),

in_tables as (

    select
        coalesce(readable.stream, loaded.stream) as stream,
        'in the tables' as stage,
        coalesce(readable.events, 0) as had,
        coalesce(loaded.events, 0) as has,
        readable.events is not distinct from loaded.events
        and readable.hashes is not distinct from loaded.hashes as is_same,
        null::varchar[] as evidence
    from readable
    full join loaded on loaded.stream = readable.stream

)

select
    stream,
    stage,
    had::bigint as had,
    has::bigint as has,
    is_same,
    coalesce(evidence, []) as evidence
from (from archived union all by name from staged union all by name from in_tables)
