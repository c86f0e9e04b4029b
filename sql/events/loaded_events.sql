-- title: How many rows each archived event has in the books' tables, and must have
-- reads: trade_messages, order_events, executions, trade_activities, activities
-- columns:
--   wanted: rows that the event must have in the tables of the books [rows]
--   found: rows that it has [rows]
--
-- Each archived event of the streams that move money, and how many rows it must have (`wanted`)
-- and has (`found`) in the tables that the books are made of. A message of the trade stream must
-- be an order event, and a fill, bust or correction as many executions as it has legs, or one;
-- every other event is an execution or an activity. A copy has the rows of the copy that counts.
-- Counted from the messages, apart from the way in which those tables choose and join their rows.
with

archived as (

    select 'trades' as stream, identity from stream_trades
    union
    select 'trades_v1', identity from stream_trades_v1
    union
    select 'nta', identity from stream_nta
    union
    select 'activities', identity from stream_activities

),

printed as (

    select
        message_id,
        identity,
        case
            when event not in ('fill', 'partial_fill', 'trade_bust', 'trade_correct') then 0
            when coalesce(json_array_length(legs), 0) = 0 then 1
            else len(list_distinct(list_transform(from_json(legs, '[{"execution_id": "VARCHAR",
                "order_id": "VARCHAR", "price": "VARCHAR", "qty": "VARCHAR",
                "symbol": "VARCHAR"}]'), lambda leg: coalesce(leg::varchar, 'null'))))
        end as wanted,
        list_concat([message_id], legs ->> '$[*].execution_id') as ids
    from events.trade_messages
    where is_last

),

known as (

    select execution_id, execution_id as id from events.executions
    union
    select execution_id, message_id from events.executions

),

executed as (

    select named.message_id, count(distinct known.execution_id) as found
    from (select message_id, unnest(ids) as id from printed where wanted > 0) as named
    inner join known on known.id = named.id
    group by named.message_id

),

of_messages as (

    select
        printed.message_id,
        printed.wanted + 1 as wanted,
        least(coalesce(executed.found, 0), printed.wanted)
        + (order_events.event_id is not null)::int as found
    from printed
    left join executed on executed.message_id = printed.message_id
    left join (select distinct event_id from events.order_events) as order_events
        on order_events.event_id = printed.identity

),

of_trades as (

    select copies.identity, sum(of_messages.wanted) as wanted, sum(of_messages.found) as found
    from (select distinct identity, message_id from events.trade_messages) as copies
    left join of_messages on of_messages.message_id = copies.message_id
    group by copies.identity

),

of_activities as (

    select activity_id as identity from events.activities
    union
    select execution_id from events.trade_activities

)

select
    archived.stream,
    archived.identity,
    coalesce(of_trades.wanted, 1)::bigint as wanted,
    coalesce(of_trades.found, (of_activities.identity is not null)::int)::bigint as found
from archived
left join of_trades
    on starts_with(archived.stream, 'trades') and of_trades.identity = archived.identity
left join of_activities
    on not starts_with(archived.stream, 'trades') and of_activities.identity = archived.identity
