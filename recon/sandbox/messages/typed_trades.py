"""Executions as typed activities: takes an execution, gives the payload of its TRD.

A bust repeats its negative quantity and so takes the money back; a correction has the new
quantity and the whole new amount, and the activity that it refers to no longer counts.
"""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.clock import to_microseconds, to_nanoseconds
from recon.sandbox.books.exact import half_up, plain, times
from recon.sandbox.books.model import Payload
from recon.sandbox.books.orders import Fill, Trade


def typed_trade(trade: Trade) -> Payload:
    """The TRD of an execution of one asset; its event id is still to come."""
    if trade.fill is None:
        raise ValueError(f"expected an execution; saw {trade.kind}")
    fill, ticket = trade.fill, trade.ticket
    return {
        "account_id": trade.account_id,
        "at": to_microseconds(trade.at),
        "event_id": "",
        "activity_type": "TRD",
        "executed_at": to_nanoseconds(trade.timestamp),
        "status": "executed",
        "settle_date": fill.settle_date.isoformat(),
        "currency": "USD",
        "ref_id": trade.execution_id,
        "qty": plain(fill.qty),
        "price": plain(fill.price),
        "net_amount": plain(net_amount(trade, fill)),
        **({"previous_id": fill.previous_id} if fill.previous_id else {}),
        "asset": {"id": ticket.asset.asset_id, "symbol": ticket.asset.symbol},
        "details": {
            "asset_id": ticket.asset.asset_id,
            "client_order_id": ticket.client_order_id,
            "commission": plain(fill.commission),
            "cum_qty": plain(trade.state.filled_qty),
            "execution_type": trade.kind,
            "leaves_qty": _leaves(trade),
            "order_id": ticket.order_id,
            "order_status": trade.state.status,
            "side": ticket.side,
            "symbol": ticket.asset.symbol,
        },
    }


def net_amount(trade: Trade, fill: Fill) -> Decimal:
    """-side x quantity x price x multiplier, rounded half-up to the cent."""
    value = half_up(times(fill.qty, fill.price, Decimal(trade.ticket.asset.multiplier)), 2)
    return -value if trade.ticket.side == "buy" else value


def _leaves(trade: Trade) -> str:
    """What is still unfilled; nothing of an order that is filled or was for dollars."""
    if trade.ticket.qty is None or trade.state.status == "filled":
        return "0"
    return plain(trade.ticket.qty - trade.state.filled_qty)
