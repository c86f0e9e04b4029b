-- What the night left open, with `until`: the last day of an event that it rests on. A night that
-- begins after that day has none of these events and takes the break as it is. Null where a break
-- names no event, as one between balances: every night judges it anew. An archived event that names
-- no instant may be in no later night, so its break is taken as it is wherever it is not judged
-- anew.
with

named as (

    select break_id, unnest(evidence) as identity from open_items

),

booked as (

    select activity_id as identity, max(system_date) as day from activity_states group by activity_id
    union all
    select execution_id, system_date from events.executions

),

archived as (

    select
        identity,
        max(coalesce((event_at at time zone 'America/New_York')::date, '0001-01-01'::date)) as day
    from events.archived_messages
    where identity in (select identity from named)
    group by identity

),

dated as (

    select named.break_id, max(coalesce(booked.day, archived.day)) as until
    from named
    left join booked on booked.identity = named.identity
    left join archived on archived.identity = named.identity
    group by named.break_id

)

select
    open_items.*,
    if(len(open_items.evidence) > 0, greatest(dated.until, start_open.until), null) as until
from open_items
left join dated on dated.break_id = open_items.break_id
left join events.start_open on start_open.break_id = open_items.break_id
where $day is not null
order by open_items.break_id
