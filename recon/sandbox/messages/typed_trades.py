"""Executions as typed activities: takes a trade event, gives the payload of each TRD.

A bust repeats its negative quantity and so takes the money back; a correction has the new
quantity and the whole new amount, and the activity that it refers to no longer counts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from recon.sandbox.books.clock import next_business_day
from recon.sandbox.books.exact import half_up, plain, times
from recon.sandbox.books.model import Event, Payload

EXECUTIONS = ("fill", "partial_fill", "trade_bust", "trade_correct")


def typed_trades(event: Event) -> list[Payload]:
    """The TRD of a trade event's execution; one for each leg of a multi-leg order."""
    payload: dict[str, Any] = event.payload
    if "legs" not in payload:
        return [_typed_trade(event, payload)]
    orders = {order["id"]: order for order in payload["order"]["legs"]}
    return [
        _typed_trade(event, payload | leg | {"order": orders[leg["order_id"]]})
        for leg in payload["legs"]
    ]


def _typed_trade(event: Event, payload: dict[str, Any]) -> Payload:
    order: dict[str, Any] = payload["order"]
    previous = payload.get("previous_execution_id")
    settles = payload.get("settle_date") or next_business_day(event.system_date).isoformat()
    return {
        "account_id": event.account_id,
        "at": payload["at"],
        "event_id": "",
        "activity_type": "TRD",
        "executed_at": payload["timestamp"],
        "status": "executed",
        "settle_date": settles,
        "currency": "USD",
        "ref_id": payload["execution_id"],
        "qty": payload["qty"],
        "price": payload["price"],
        "net_amount": _net_amount(payload, order),
        **({"previous_id": previous} if previous else {}),
        "asset": {"id": order["asset_id"], "symbol": order["symbol"]},
        "details": {
            "asset_id": order["asset_id"],
            "client_order_id": order["client_order_id"],
            "commission": "0",
            "cum_qty": order["filled_qty"],
            "execution_type": payload["event"],
            "leaves_qty": _leaves(order),
            "order_id": order["id"],
            "order_status": order["status"],
            "side": order["side"],
            "symbol": order["symbol"],
        },
    }


def _net_amount(payload: dict[str, Any], order: dict[str, Any]) -> str:
    """-side x quantity x price x multiplier, rounded half-up to the cent."""
    multiplier = Decimal(100 if order["asset_class"] == "us_option" else 1)
    value = half_up(times(Decimal(payload["qty"]), Decimal(payload["price"]), multiplier), 2)
    return plain(-value if order["side"] == "buy" else value)


def _leaves(order: dict[str, Any]) -> str:
    """What is still unfilled; nothing of an order that is filled or was for dollars."""
    if order["qty"] is None or order["status"] == "filled":
        return "0"
    return plain(Decimal(order["qty"]) - Decimal(order["filled_qty"]))
