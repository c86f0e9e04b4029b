-- title: Every message of the trade stream, of both versions
-- reads: stream_trades, stream_trades_v1
-- columns:
--   unread: members of the message that could not be typed exactly
--   event_at: when the broker says that it was sent, in nanoseconds [UTC]
--   qty: what this message executed [units of the symbol]
--   position_qtys: the position after it by symbol, of a multi-leg order [JSON]
--   order_type: market, limit, stop and so on, as sent
--   order_qty: what was ordered [units of the symbol]
--   order_notional: the money that was ordered for, where no quantity was [currency]
--   order_filled_avg_price: the average price of what was filled [currency]
--   order_filled_avg_price_dp: how many digits that price was printed with [digits]
--   order_limit_price: the limit [currency]
--   order_status: the state of the order
--   is_last: whether it is the copy that counts
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
