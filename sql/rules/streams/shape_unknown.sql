-- title:    A member of a stream's events is not what it was
-- severity: S2
-- scope:    all
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

latest_copies as (

    select stream, identity, malformed, unread, fetch_id, segment, "row" as line
    from archived_messages
    qualify row_number() over (
        partition by stream, identity order by fetch_id desc, segment desc, "row" desc
    ) = 1

),

-- Each reason is `member: what is wrong with it`.
unreadable_members as (

    select
        * exclude (reason),
        split_part(reason, ': ', 1) as member,
        reason[length(split_part(reason, ': ', 1)) + 3:] as defect
    from (select * exclude (malformed, unread), unnest(unread) as reason from latest_copies)

),

absent_members as (

    select
        * exclude (malformed, unread),
        unnest(string_split(malformed[length('lacks ') + 1:], ', ')) as member,
        'absent' as defect
    from latest_copies
    where starts_with(malformed, 'lacks ')

),

unreadable_texts as (

    select * exclude (malformed, unread), 'text' as member, malformed as defect
    from latest_copies
    where not starts_with(malformed, 'lacks ')

),

defects as (

    from unreadable_members
    union all by name from absent_members
    union all by name from unreadable_texts

),

verdicts as (

    select
        member || ' of ' || stream as subject,
        'break' as verdict,
        'a value that its type holds' as expected,
        -- What is absent since it cannot be read has the reason why it cannot.
        arg_min(defect, (defect = 'absent', fetch_id, segment, line)) as actual,
        count(distinct identity)::decimal(38, 9) as difference,
        'events' as unit,
        list(distinct identity order by identity)[:20] as evidence
    from defects
    group by stream, member
    union all by name
    select
        'events of ' || stream as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        0 as difference,
        'events' as unit,
        []::varchar[] as evidence
    from latest_copies
    where malformed is null and coalesce(len(unread), 0) = 0
    group by stream

)

select * from verdicts
