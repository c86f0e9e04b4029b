-- title:    An archived event cannot be read, or an execution cannot be booked
-- severity: S1
-- scope:    account
-- reads:    archived_messages, executions, undated_executions
-- params:   system_date
--
-- Every archived event must be JSON with its required fields, and every value must fit its type
-- exactly. What does not is kept as it came but not booked, or booked without that value: money or
-- shares may be missing. An execution without symbol, side, quantity or price, or on a day that
-- the calendar does not know, cannot be booked either; a bust needs only its symbol, since it takes
-- back what its target did.
-- Streams that move no money have a rule of their own, streams/shape_unknown.
-- Events of every date are looked at, since a text that cannot be read has none to go by. One row
-- for each stream counts the events that are good.
-- Clears when the same event is received again and can be read; a text without an id never does
-- and waits for somebody to accept it.
with

checked as (

    select
        stream,
        identity,
        fetch_id,
        segment,
        "row" as place,
        concat_ws('; ', malformed, nullif(array_to_string(unread, '; '), '')) as reason
    from archived_messages
    where stream not in (
            'journal_status', 'transfer_status', 'funding_status', 'account_status', 'admin_action',
            'ipo', 'upvest'
        )

),

bad as (

    select
        stream,
        identity,
        last(reason order by fetch_id, segment, place) as reason
    from checked
    where (stream, identity) in (select (stream, identity) from checked where reason <> '')
    group by stream, identity
    having last(reason order by fetch_id, segment, place) <> ''

),

good as (

    select stream, count(*) as events
    from checked
    where reason = ''
    group by stream

),

-- One without a day is in no night's view.
unbookable as (

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
    from (
        select * from executions where system_date <= $system_date::date
        union all
        from undated_executions
    ) as booked

),

found as (

    select
        null::varchar as account_id, null::varchar as symbol,
        'event ' || identity || ' of ' || stream as subject,
        'break' as verdict, 'an event that can be read' as expected, reason as actual,
        [identity] as evidence
    from bad
    union all
    select
        account_id, symbol, 'execution ' || execution_id, 'break',
        'an execution that can be booked', 'no ' || absent, [execution_id]
    from unbookable
    where absent <> ''
    union all
    select
        null, null, 'stream ' || stream, 'pass', events::varchar, events::varchar, []::varchar[]
    from good

),

verdicts as (

    select
        account_id,
        symbol,
        subject,
        verdict,
        expected,
        actual,
        null::decimal(38, 9) as difference,
        case when verdict = 'pass' then 'events' end as unit,
        null::date as due_date,
        evidence
    from found

)

select * from verdicts
