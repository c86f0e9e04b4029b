-- title:    An archived event cannot be read, or an execution cannot be booked
-- severity: S1
-- scope:    account
-- reads:    archived_messages, executions, undated_executions
-- params:   none
--
-- Every archived event must be JSON with its required fields, and every value must fit its type
-- exactly. What does not is kept as it came but not booked, or booked without that value: money or
-- shares may be missing. An execution without symbol, side, quantity or price, or on a day that
-- the calendar does not know, cannot be booked either; a bust needs only its symbol, since it
-- reverses what its target did.
-- Streams that move no money have a rule of their own, streams/shape_unknown.
-- Events of every date are looked at, since a text that cannot be read has none to go by. One row
-- for each stream counts the events that are good.
-- Clears when the same event is received again and can be read; a text without an id never does
-- and waits for somebody to accept it.
with

archived_events as (

    select
        stream,
        identity,
        fetch_id,
        segment,
        "row" as line,
        concat_ws('; ', malformed, nullif(array_to_string(unread, '; '), '')) as defect
    from archived_messages
    where stream not in (
            'journal_status', 'transfer_status', 'funding_status', 'account_status', 'admin_action',
            'ipo', 'upvest'
        )

),

-- An event is as it was last received.
unreadable_events as (

    select
        stream,
        identity,
        last(defect order by fetch_id, segment, line) as defect
    from archived_events
    where (stream, identity) in (
        select (stream, identity) from archived_events where defect <> ''
    )
    group by stream, identity
    having last(defect order by fetch_id, segment, line) <> ''

),

readable_events as (

    select stream, count(*) as events
    from archived_events
    where defect = ''
    group by stream

),

-- One without a day is in no night's view.
executions_with_absences as (

    select
        account_id,
        symbol,
        execution_id,
        concat_ws(', ',
            case when nullif(symbol, '') is null then 'symbol' end,
            case when event <> 'trade_bust' and qty is null then 'quantity' end,
            case when event <> 'trade_bust' and price is null then 'price' end,
            case when event <> 'trade_bust'
                and coalesce(side, '') not in ('buy', 'sell', 'sell_short') then 'side' end,
            case when system_date is null then 'day' end
        ) as absent
    from (from executions union all by name from undated_executions) as executions_of_any_day

),

verdicts as (

    select
        'event ' || identity || ' of ' || stream as subject,
        'break' as verdict,
        'an event that can be read' as expected,
        defect as actual,
        [identity] as evidence
    from unreadable_events
    union all by name
    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        'break' as verdict,
        'an execution that can be booked' as expected,
        'no ' || absent as actual,
        [execution_id] as evidence
    from executions_with_absences
    where absent <> ''
    union all by name
    select
        'stream ' || stream as subject,
        'pass' as verdict,
        events::varchar as expected,
        events::varchar as actual,
        'events' as unit,
        []::varchar[] as evidence
    from readable_events

)

select * from verdicts
