-- title:    A member of a stream's events is not what it was
-- severity: S2
-- scope:    account
-- reads:    archived_messages
-- params:   none
--
-- Brokers change what they send: a text becomes a number, a number a text, a member goes, a value
-- outgrows its type. Where money or shares may be missing each such event is a break of its own too,
-- by streams/event_malformed; here each member counts once for its stream, so that a change is
-- seen as the one change that it is, with the number of events that have it and the first of them.
-- Events of every date are looked at, each as it was last received. New members, and values out of
-- a list that the broker publishes, are seen by `recon schema-drift`.
-- Clears when the events are received again and fit.
with

latest as (

    select stream, identity, malformed, unread, fetch_id, segment, "row" as place
    from archived_messages
    qualify row_number() over (
        partition by stream, identity order by fetch_id desc, segment desc, "row" desc
    ) = 1

),

reasons as (

    select
        stream, identity, fetch_id, segment, place,
        split_part(reason, ': ', 1) as member,
        reason[length(split_part(reason, ': ', 1)) + 3:] as reason
    from (select *, unnest(unread) as reason from latest)
    union all
    select
        stream, identity, fetch_id, segment, place,
        unnest(string_split(malformed[length('lacks ') + 1:], ', ')), 'absent'
    from latest
    where starts_with(malformed, 'lacks ')
    union all
    select stream, identity, fetch_id, segment, place, 'text', malformed
    from latest
    where not starts_with(malformed, 'lacks ')

),

-- What is absent because it cannot be read is told by the reason why it cannot.
found as (

    select
        member || ' of ' || stream as subject,
        'break' as verdict,
        'a value that its type holds' as expected,
        arg_min(reason, (reason = 'absent', fetch_id, segment, place)) as actual,
        count(distinct identity) as difference,
        list(distinct identity order by identity)[:20] as evidence
    from reasons
    group by stream, member
    union all
    select 'events of ' || stream, 'pass', count(*)::varchar, count(*)::varchar, 0, []::varchar[]
    from latest
    where malformed is null and coalesce(len(unread), 0) = 0
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
        'events' as unit,
        null::date as due_date,
        evidence
    from found

)

select * from verdicts
