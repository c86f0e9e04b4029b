-- title:    A feed is not proven complete
-- severity: S0
-- scope:    all
-- reads:    coverage, fetches, night
-- params:   none
--
-- A night rests on stretches of the feeds of which every instant was read by a reading that ended
-- as it should, with nothing dropped. Where that is not proven an event may be missing, and no
-- other rule can tell: its silence proves nothing. A night that says of no feed what it needs is
-- not proven either.
-- And a whole reading must bring again what was read before in the same stretch. What it did not
-- bring has vanished at the broker, or one of the two readings was not whole.
-- Clears when the stretch is read again to its end; for vanished events, by a later whole reading
-- of at least the same stretch that misses nothing.
with

windows as (

    select
        'window of ' || stream as subject,
        'read to its end from ' || min(since) || ' to ' || max(until) as expected,
        bool_and(coalesce(complete, false)) as is_proven
    from coverage
    group by stream
    union all by name
    select
        'windows of the night' as subject,
        'what the night of ' || system_date || ' needs' as expected,
        false as is_proven
    from night
    where not exists (select 1 from coverage)

),

readings_with_missing_events as (

    select *
    from fetches
    where missing is distinct from 0
        and not exists (
            select 1 from fetches as later
            where later.stream = fetches.stream and later.fetch_id > fetches.fetch_id
                and later.since <= fetches.since and later.until >= fetches.until
                and later.complete and later.missing = 0
        )

),

verdicts as (

    select
        subject,
        if(is_proven, 'pass', 'break') as verdict,
        expected,
        if(is_proven, 'proven', 'not proven') as actual,
        []::varchar[] as evidence
    from windows
    union all by name
    select
        're-reading ' || fetch_id || ' of ' || stream as subject,
        'break' as verdict,
        'what was read before from ' || since || ' to ' || until as expected,
        coalesce(missing::varchar, 'unknown') || ' missing' as actual,
        (-missing)::decimal(38, 9) as difference,
        'events' as unit,
        coalesce(missing_identities, []) as evidence
    from readings_with_missing_events
    union all by name
    select
        're-readings of ' || stream as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        'readings' as unit,
        []::varchar[] as evidence
    from fetches
    where complete and stream <> 'opening'
        and fetch_id not in (select fetch_id from readings_with_missing_events)
    group by stream

)

select * from verdicts
