-- title:    One event of a journal, transfer, account or action came with two contents
-- severity: S2
-- scope:    account
-- reads:    archived_messages
-- params:   none
--
-- These streams tell how things stand, and an event of theirs happened once: read again it must say
-- the same. White space, the order of members and the spelling of a number say nothing; a number
-- that comes as a text is another content. With two contents nobody knows which state was meant;
-- the last one received is taken. Booked events have rules of their own. The cursors of account events from June 2023 to
-- December 2024 were given out twice and later made anew, so these prove nothing.
-- Clears only when somebody accepts it: what was received stays received.
with

contents as (

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

found as (

    select
        stream || ' event ' || identity as subject,
        'break' as verdict,
        '1 content' as expected,
        contents || ' contents' as actual,
        contents - 1 as difference,
        'contents' as unit,
        [identity] as evidence
    from contents
    where contents > 1
    union all
    select
        'events of ' || stream, 'pass', count(*)::varchar, count(*)::varchar, 0, 'events',
        []::varchar[]
    from contents
    where contents = 1
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
