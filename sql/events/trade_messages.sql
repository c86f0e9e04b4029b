-- reads: stream_trades, stream_trades_v1
--
-- Every message of the trade stream, of both versions. Copies of one event share its execution,
-- or its ULID where it is none; `at` may be seconds apart. `is_last` is the copy that counts: the
-- last published of version 2, else of version 1; the last received where its ULID is none.
with

messages as (

    select *, 2 as version from stream_trades
    union all by name
    select *, 1 as version from stream_trades_v1

),

named as (

    select
        * replace (buy_or_sell(side) as side),
        coalesce(
            case when event in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
            then execution_id end,
            case when regexp_full_match(event_id, '[0-9A-Z]{26}') then event_id end,
            identity
        ) as message_id
    from messages

)

select
    *,
    row_number() over (
        partition by message_id order by version desc, published desc, receipt_order desc
    ) = 1 as is_last
from named
