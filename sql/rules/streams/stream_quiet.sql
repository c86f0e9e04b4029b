-- title:    A stream brought far fewer events than on the last sessions
-- severity: S2
-- scope:    all
-- reads:    volumes, coverage, calendar, night
-- params:   sessions_min = 10, sessions_max = 20, events_min = 20, deviations = 5
--
-- A reading that ended well can still be empty: a key that lost its right to some accounts, or a feed
-- that stands, gives a whole and valid answer with nothing in it, and every rule over it is content.
-- What a stream has for the night is held to the median of its last sessions, `sessions_max` at most:
-- a break where it has nothing, or less than the median by more than `deviations` times the median
-- deviation, which counts as a tenth of the median at least (so that what never varies may halve).
-- Sessions without an event count as zero, days without a session and days of early close do not count.
-- SMALL: a median below `events_min` says little about one day, so that anything is within tolerance;
-- so is a day of early close.
-- Not evaluated: with fewer than `sessions_min` sessions since the stream's first event, and where the
-- stream is not proven complete. A stream that the night does not need has no row (the user may have
-- chosen another), nor has a night on a day without a session.
-- Clears on the next night that is as the others.
with

nights as (

    select calendar.date, calendar.early_close
    from calendar
    inner join night on calendar.date = night.system_date
    where calendar.is_session

),

streams as (

    select
        volumes.source,
        min(volumes.system_date) as first_date,
        bool_and(coalesce(coverage.complete, false)) as is_complete
    from volumes
    inner join coverage on coverage.stream = volumes.source
    group by volumes.source

),

sessions as (

    select
        streams.source,
        calendar.date,
        row_number() over (partition by streams.source order by calendar.date desc) as back
    from streams
    cross join nights
    inner join calendar
        on calendar.date >= streams.first_date and calendar.date < nights.date
    where calendar.is_session and not calendar.early_close

),

history as (

    select sessions.source, sessions.date, coalesce(sum(volumes.events), 0) as events
    from sessions
    left join volumes
        on volumes.source = sessions.source and volumes.system_date = sessions.date
    where sessions.back <= $sessions_max::int
    group by sessions.source, sessions.date

),

medians as (

    select source, quantile_disc(events, 0.5) as median, count(*) as sessions
    from history
    group by source

),

deviations as (

    select
        history.source,
        quantile_disc(abs(history.events - medians.median), 0.5) as deviation
    from history
    inner join medians on medians.source = history.source
    group by history.source

),

tonight as (

    select
        streams.source,
        streams.is_complete,
        nights.early_close,
        coalesce((
            select sum(volumes.events)
            from volumes
            where volumes.source = streams.source and volumes.system_date = nights.date
        ), 0) as events,
        coalesce(medians.sessions, 0) as sessions,
        medians.median,
        -- In tenths of an event: a tenth of the median is no whole number.
        10 * medians.median
        - $deviations::int * greatest(10 * deviations.deviation, medians.median) as least_tenths
    from streams
    cross join nights
    left join medians on medians.source = streams.source
    left join deviations on deviations.source = streams.source

),

verdicts as (

    select
        'events of ' || source as subject,
        case
            when sessions < $sessions_min::int or not is_complete then 'not_evaluated'
            when events > 0 and 10 * events >= least_tenths then 'pass'
            when early_close or median < $events_min::int then 'within_tolerance'
            else 'break'
        end as verdict,
        if(
            sessions < $sessions_min::int,
            'the median of ' || $sessions_min || ' sessions or more',
            'about ' || median || ', the median of ' || sessions || ' sessions'
        ) as expected,
        events::varchar as actual,
        if(sessions < $sessions_min::int, null, events - median)::decimal(38, 9) as difference,
        'events' as unit,
        []::varchar[] as evidence
    from tonight

)

select * from verdicts
