-- title:    A stage of the job has not all that the stage before it had
-- severity: S0
-- scope:    all
-- reads:    control_totals, movements, postings
-- params:   none
--
-- What is received is archived, or was archived before; what is archived is staged; what is staged and
-- can be read is accounted for in the tables; and every movement is posted. The totals of two stages
-- next to each other are counted apart, and compared stream by stream: as many, and the same ones. A
-- join or a filter that loses rows, or makes more of them, shows here, whatever made the loss; which
-- event it is, streams/event_lost and ledger/event_not_posted say.
-- Clears when the fault of the job is mended and the night made again.
with

moved as (

    select count(*) as events, sum(hash(event_id)) as hashes
    from (
        select distinct event_id
        from movements
        where kind in ('execution', 'activity', 'memo') and (qty <> 0 or cash <> 0)
    ) as moving

),

posted as (

    select count(*) as events, sum(hash(event_id)) as hashes
    from (
        select distinct event_id
        from postings
        where kind in ('execution', 'activity', 'memo') and measure <> 'COST'
    ) as booked

),

totals as (

    select
        stream || ' ' || stage as subject,
        had,
        has,
        is_same,
        evidence
    from control_totals
    union all by name
    select
        'movements posted' as subject,
        moved.events as had,
        posted.events as has,
        moved.hashes is not distinct from posted.hashes as is_same,
        []::varchar[] as evidence
    from moved
    cross join posted

),

verdicts as (

    select
        subject,
        if(is_same and had = has, 'pass', 'break') as verdict,
        had::varchar as expected,
        has || if(had = has and not is_same, ', of other events', '') as actual,
        (has - had)::decimal(38, 9) as difference,
        'events' as unit,
        evidence
    from totals

)

select * from verdicts
