-- title:    A feed is not proven complete
-- severity: S0
-- scope:    account
-- reads:    coverage, fetches
-- params:   system_date
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
        bool_and(coalesce(complete, false)) as is_complete
    from coverage
    group by stream
    union all
    select
        'windows of the night',
        'what the night of ' || $system_date::date || ' needs',
        false
    from (select count(*) as needs from coverage) as counted
    where needs = 0

),

lacking as (

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

found as (

    select
        subject,
        case when is_complete then 'pass' else 'break' end as verdict,
        expected,
        case when is_complete then 'proven' else 'not proven' end as actual,
        null::bigint as difference,
        null::varchar as unit,
        []::varchar[] as evidence
    from windows
    union all
    select
        're-reading ' || fetch_id || ' of ' || stream, 'break',
        'what was read before from ' || since || ' to ' || until,
        coalesce(missing::varchar, 'unknown') || ' missing', -missing, 'events',
        coalesce(missing_identities, [])
    from lacking
    union all
    select
        're-readings of ' || stream, 'pass', count(*)::varchar, count(*)::varchar, null,
        'readings', []::varchar[]
    from fetches
    where complete and stream <> 'opening' and fetch_id not in (select fetch_id from lacking)
    group by stream

),

verdicts as (

    select
        null::varchar as account_id,
        null::varchar as symbol,
        subject,
        verdict,
        expected,
        actual,
        difference::decimal(38, 9) as difference,
        unit,
        null::date as due_date,
        evidence
    from found

)

select * from verdicts
