"""The streams that move money and shares: trades and non-trade activities, old shape and new.

Version 1 numbers its events with integers beside the ULID and may leave the integer out: there
the ULID is the cursor. A `swap_rate`, which converts dollars into an account's own currency, is
printed with up to 16 digits after the point: its text is kept.
"""

from __future__ import annotations

from recon.feeds.stream import Stream, columns

_EXECUTION = """
account_id :text
event_at at:instant
event :text
execution_id :text
previous_execution_id :text
executed_at timestamp:instant
qty :decimal
price :decimal
position_qty :decimal
settle_date :date
reason :text
fx_rate swap_rate:text
legs :json
position_qtys :json
order_id order.id:text
symbol order.symbol:text
asset_id order.asset_id:text
asset_class order.asset_class:text
side order.side:text
order_class order.order_class:text
order_type order.type:text
order_qty order.qty:decimal
order_notional order.notional:decimal
order_filled_qty order.filled_qty:decimal
order_filled_avg_price order.filled_avg_price:decimal
order_filled_avg_price_dp order.filled_avg_price:scale
order_limit_price order.limit_price:decimal
order_status order.status:text
order_swap_fee_bps order.swap_fee_bps:text
order_legs order.legs:json
client_order_id order.client_order_id:text
order_time_in_force order.time_in_force:text
order_extended_hours order.extended_hours:flag
order_replaces order.replaces:text
order_replaced_by order.replaced_by:text
order_created_at order.created_at:instant
order_submitted_at order.submitted_at:instant
order_filled_at order.filled_at:instant
order_expired_at order.expired_at:instant
order_cancel_requested_at order.cancel_requested_at:instant
order_canceled_at order.canceled_at:instant
order_failed_at order.failed_at:instant
order_replaced_at order.replaced_at:instant
order_stop_price order.stop_price:decimal
order_trail_price order.trail_price:text
order_trail_percent order.trail_percent:text
order_hwm order.hwm:text
order_commission order.commission:text
"""

TRADES = Stream(
    name="trades",
    path="/v2/events/trades",
    dated=True,
    identity=("execution_id", "event_id"),
    required=("account_id", "event_at", "event", "order_id"),
    columns=columns("event_id :text" + _EXECUTION),
)

# Removed by the broker on 2026-08-03; what was kept of it is brought in from files.
TRADES_V1 = Stream(
    name="trades_v1",
    path="/v1/events/trades",
    dated=True,
    removed="the broker removed this stream on 2026-08-03: read trades, or bring in files of it "
    "with `recon ingest --stream trades_v1`",
    identity=("execution_id", "event_ulid", "event_id"),
    required=("account_id", "event_at", "event", "order_id"),
    columns=columns("event_id event_ulid:text" + _EXECUTION),
)

# A journal that still waits is reported only to those who ask for it.
NTA = Stream(
    name="nta",
    path="/v1/events/nta",
    dated=True,
    params=(("include_preprocessing", "true"),),
    identity=("id", "event_ulid"),
    required=("account_id", "event_at", "entry_type", "status", "system_date", "net_amount"),
    columns=columns(
        """
        account_id :text
        event_at at:instant
        event_ulid :text
        entry_type :text
        entry_sub_type :text
        status :text
        symbol :text
        cusip :text
        qty :decimal
        price :decimal
        price_dp price:scale
        net_amount :decimal
        per_share_amount :decimal
        description :text
        settle_date :date
        system_date :date
        group_id :text
        execution_id :text
        corporate_action_id :text
        fx_rate swap_rate:text
        """
    ),
)

ACTIVITIES = Stream(
    name="activities",
    path="/v2beta1/events/activities",
    identity=("ref_id", "event_id"),
    required=("account_id", "event_at", "activity_type", "status"),
    columns=columns(
        """
        account_id :text
        event_at at:instant
        event_id :text
        activity_type :text
        activity_subtype :text
        status :text
        executed_at :instant
        system_date details.system_date:date
        settle_date :date
        currency :text
        qty :decimal
        price :decimal
        price_dp price:scale
        net_amount :decimal
        fx_rate swap_rate:text
        swap_fee_bps :decimal
        previous_id :text
        group_id details.group_id:text
        asset_id asset.id:text
        asset_symbol asset.symbol:text
        asset_cusip asset.cusip:text
        details :json
        """
    ),
)
