-- title: Every event of the trade stream, as it speaks of an order
-- reads: trade_messages, calendar
-- columns:
--   type: market, limit, stop and so on, as sent
--   qty: what was ordered [units of the symbol]
--   fill_qty: what this event filled [units of the symbol]
--   notional: the money that was ordered for, where no quantity was [currency]
--   filled_qty: what the order had been filled with in all [units of the symbol]
--   filled_avg_price: the average price of what was filled [currency]
--   filled_avg_price_dp: how many digits that price was printed with [digits]
--   limit_price: the limit [currency]
--   status: the state of the order
--   fill_price: the price at which this event filled [currency]
--   time_in_force: how long the order lasts: day, gtc and so on, as sent
--   replaces: the order that this one replaced
--   replaced_by: the order that replaced this one
--
-- One row per event of the trade stream, of either version, whatever it says of an order. What a
-- release before 0.5 archived says nothing of how long an order lasts, of its replacements and of
-- its own times: these are null.
select
    latest.identity as event_id,
    latest.execution_id,
    latest.account_id,
    latest.event,
    latest.order_id,
    latest.symbol,
    latest.asset_id,
    latest.asset_class,
    latest.side,
    latest.order_class,
    latest.order_type as type,
    latest.order_qty as qty,
    latest.qty as fill_qty,
    latest.order_notional as notional,
    latest.order_filled_qty as filled_qty,
    latest.order_filled_avg_price as filled_avg_price,
    latest.order_filled_avg_price_dp as filled_avg_price_dp,
    latest.order_limit_price as limit_price,
    latest.order_status as status,
    latest.price as fill_price,
    latest.fx_rate,
    latest.reason,
    latest.order_time_in_force as time_in_force,
    nullif(latest.order_replaces, '') as replaces,
    nullif(latest.order_replaced_by, '') as replaced_by,
    latest.order_commission,
    to_microseconds(latest.order_created_at) as order_created_at,
    to_microseconds(latest.order_submitted_at) as order_submitted_at,
    to_microseconds(latest.order_filled_at) as order_filled_at,
    to_microseconds(latest.order_canceled_at) as order_canceled_at,
    to_microseconds(latest.order_expired_at) as order_expired_at,
    to_microseconds(latest.order_failed_at) as order_failed_at,
    latest.legs,
    latest.order_legs,
    to_microseconds(latest.executed_at) as executed_at,
    to_microseconds(latest.event_at) as event_at,
    calendar.session_date as system_date,
    latest.published,
    latest.receipt_order
from events.trade_messages as latest
left join events.calendar
    on calendar.date
    = broker_day(to_microseconds(latest.event_at))
where latest.is_last
