-- title:    A ready signal of the broker contradicts another one, its session or the reading
-- severity: S2
-- scope:    all
-- reads:    system_events, fetches, calendar
-- params:   none
--
-- The broker says once of each date that its balances are ready, and once its positions; the later
-- of the two bounds the night. A date cannot be ready before its session ended (16:00 New York, 13:00
-- on a day of early close), nor was what carries an instant after the end of the window in which it
-- was asked for. Such a signal is not followed. Of two plausible ones of a kind the earlier is
-- followed: what the other means has to be asked, since the statements may have been made again
-- after they were read. What came in a file is a record and starts no night.
-- Clears only when somebody accepts it: what was received stays received.
with

signals as (

    select
        system_events.event_id,
        system_events.type,
        system_events.system_date,
        system_events.event_at,
        fetches.until as asked_until,
        (
            system_events.system_date
            + if(coalesce(calendar.early_close, false), interval 13 hours, interval 16 hours)
        ) at time zone 'America/New_York' as session_end
    from system_events
    inner join fetches on fetches.fetch_id = fetch_of(system_events.receipt_order)
    left join calendar on calendar.date = system_events.system_date
    where system_events.type in ('eod_balances_ready', 'eod_positions_ready')
        and fetches.ended <> 'ingested'

),

ranked as (

    select
        *,
        coalesce(event_at between session_end and asked_until, false) as is_plausible,
        row_number() over (
            partition by type, system_date, is_plausible order by event_at, event_id
        ) as rank,
        first_value(event_at) over (
            partition by type, system_date, is_plausible order by event_at, event_id
        ) as followed_at
    from signals

),

verdicts as (

    select
        type || ' of ' || system_date || ' ' || event_id as subject,
        if(is_plausible and rank = 1, 'pass', 'break') as verdict,
        if(is_plausible, 'one signal of a kind, the first at ' || followed_at,
            'from ' || session_end || ' to ' || asked_until) as expected,
        'at ' || event_at as actual,
        [event_id] as evidence
    from ranked

)

select * from verdicts
