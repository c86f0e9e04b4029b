-- title:    An archived event is missing from the tables that the books are made of
-- severity: S0
-- scope:    all
-- reads:    loaded_events
-- params:   none
--
-- What the archive holds of the streams that move money must all be in the tables that the books
-- are made of: each fill, bust or correction as one execution, or one for each leg of a multi-leg
-- order; every other event as what it reports of an order, or as an activity. One that is missing
-- was lost by this job on the way: the books lack its money and shares, and nothing else says so
-- before the statement contradicts them. Events that cannot be read at all are named by
-- streams/event_malformed. One row for each stream counts the rows that are there.
-- Clears when the fault of the job is mended and the night made again.
with

verdicts as (

    select
        'event ' || identity || ' of ' || stream as subject,
        'break' as verdict,
        wanted::varchar as expected,
        found::varchar as actual,
        (found - wanted)::decimal(38, 9) as difference,
        'rows' as unit,
        [identity] as evidence
    from loaded_events
    where found < wanted
    union all by name
    select
        'stream ' || stream as subject,
        'pass' as verdict,
        sum(wanted)::varchar as expected,
        sum(wanted)::varchar as actual,
        0 as difference,
        'rows' as unit,
        []::varchar[] as evidence
    from loaded_events
    where found >= wanted
    group by stream

)

select * from verdicts
