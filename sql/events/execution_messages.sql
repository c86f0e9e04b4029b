-- title: Every message of the trade stream that is an execution, and every leg of one
-- reads: trade_messages, leg_executions
-- columns:
--   is_derived: whether it is a leg that printed no id, so that one was made; null of what is no leg
--   id_shared: how many legs of other orders print the same id; null of what is no leg [legs]
--   executed_at: when it was executed, in nanoseconds [UTC]
--   event_at: when the broker says that it was sent, in nanoseconds [UTC]
--   booked_at: the instant that says on which day it is booked [UTC]
--
-- Fills, partial fills, busts and corrections, each copy of them a row. A multi-leg order has no
-- execution of its own; each of its legs is one row here.
-- A fill belongs to the day of its execution, a bust or correction to the day it was sent.
with

single_executions as (

    select
        message_id as execution_id,
        message_id,
        account_id, event, previous_execution_id, order_id, symbol, asset_id, asset_class, side,
        qty, price, position_qty, order_filled_qty,
        fx_rate, order_swap_fee_bps,
        settle_date, executed_at, event_at, version, published, receipt_order
    from events.trade_messages
    where event in ('fill', 'partial_fill', 'trade_bust', 'trade_correct')
        and coalesce(json_array_length(legs), 0) = 0

)

select
    *,
    to_microseconds(case
        when event in ('fill', 'partial_fill') then coalesce(executed_at, event_at)
        else event_at
    end) as booked_at
from (from single_executions union all by name from events.leg_executions) as copies
