-- title:    One event of a journal, transfer, account or action came with two contents
-- severity: S2
-- scope:    all
-- reads:    archived_messages
-- params:   none
--
-- These streams report how things stand, and an event of theirs happened once: read again it must
-- say the same. White space, the order of members and the spelling of a number say nothing; a
-- number that comes as a text is another content. With two contents nobody knows which state was
-- meant; the last one received is taken. Booked events have rules of their own. The cursors of
-- account events from June 2023 to December 2024 were given out twice and later made anew, so these
-- prove nothing.
-- Clears only when somebody accepts it: what was received stays received.
with

contents_of_events as (

    select stream, identity, count(distinct payload_hash) as contents
    from archived_messages
    where stream in (
            'journal_status', 'transfer_status', 'funding_status', 'account_status',
            'admin_action', 'ipo', 'upvest', 'system'
        )
        and not (
            stream = 'account_status'
            and event_at >= '2023-06-01 00:00:00+00'::timestamptz
            and event_at < '2025-01-01 00:00:00+00'::timestamptz
        )
    group by stream, identity

),

verdicts as (

    select
        stream || ' event ' || identity as subject,
        'break' as verdict,
        '1 content' as expected,
        contents || ' contents' as actual,
        (contents - 1)::decimal(38, 9) as difference,
        'contents' as unit,
        [identity] as evidence
    from contents_of_events
    where contents > 1
    union all by name
    select
        'events of ' || stream as subject,
        'pass' as verdict,
        count(*)::varchar as expected,
        count(*)::varchar as actual,
        0 as difference,
        'events' as unit,
        []::varchar[] as evidence
    from contents_of_events
    where contents = 1
    group by stream

)

select * from verdicts
