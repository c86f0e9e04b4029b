"""The broker's event shapes: takes facts, gives payloads with the documented fields.

Trade amounts are JSON strings, non-trade amounts JSON numbers; both as the published samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.clock import to_microseconds, to_nanoseconds
from recon.sandbox.books.exact import ZERO, plain
from recon.sandbox.books.model import Asset, Payload


@dataclass(frozen=True)
class Ticket:
    """An order as it was entered; quantity or notional, never both. Instants in nanoseconds."""

    order_id: str
    client_order_id: str
    account_id: str
    asset: Asset
    side: str
    intent: str
    qty: Decimal | None
    notional: Decimal | None
    limit_price: Decimal | None
    extended_hours: bool
    submitted: int


@dataclass(frozen=True)
class OrderState:
    """What has become of an order: cumulative quantity, average price, status."""

    filled_qty: Decimal
    average: Decimal | None
    status: str
    filled: int | None
    canceled: int | None
    updated: int


@dataclass(frozen=True)
class Activity:
    """A non-trade activity. Signed quantity and dollars; `at` in UTC nanoseconds."""

    identity: str
    account_id: str
    at: int
    system_date: date
    settle_date: date
    entry_type: str
    sub_type: str = ""
    qty: Decimal = ZERO
    net_amount: Decimal = ZERO
    price: Decimal | None = None
    per_share: Decimal | None = None
    symbol: str = ""
    cusip: str = ""
    description: str = ""
    status: str = "executed"
    group_id: str = ""


def trade_payload(
    event: str, at: int, timestamp: int, execution_id: str, ticket: Ticket, state: OrderState,
    **amounts: str,
) -> Payload:  # fmt: skip
    """A trade update event; `amounts` are the fields that only executions carry, in order."""
    return {
        "account_id": ticket.account_id,
        "at": to_microseconds(at),
        "event_id": "",
        "event": event,
        "timestamp": to_nanoseconds(timestamp),
        "order": order_payload(ticket, state),
        **amounts,
        "execution_id": execution_id,
    }


def order_payload(ticket: Ticket, state: OrderState) -> Payload:
    """The order object inside a trade event."""
    kind = "limit" if ticket.limit_price is not None else "market"
    submitted = to_nanoseconds(ticket.submitted)
    return {
        "id": ticket.order_id,
        "client_order_id": ticket.client_order_id,
        "created_at": submitted,
        "updated_at": to_nanoseconds(state.updated),
        "submitted_at": submitted,
        "filled_at": _instant(state.filled),
        "expired_at": None,
        "cancel_requested_at": _instant(state.canceled),
        "canceled_at": _instant(state.canceled),
        "failed_at": None,
        "replaced_at": None,
        "replaced_by": None,
        "replaces": None,
        "asset_id": ticket.asset.asset_id,
        "symbol": ticket.asset.symbol,
        "asset_class": ticket.asset.asset_class,
        "notional": _text(ticket.notional),
        "qty": _text(ticket.qty),
        "filled_qty": plain(state.filled_qty),
        "filled_avg_price": _text(state.average),
        "order_class": "",
        "order_type": kind,
        "type": kind,
        "side": ticket.side,
        "position_intent": ticket.intent,
        "time_in_force": "day",
        "limit_price": _text(ticket.limit_price),
        "stop_price": None,
        "status": state.status,
        "extended_hours": ticket.extended_hours,
        "legs": None,
        "trail_percent": None,
        "trail_price": None,
        "hwm": None,
        "commission": "0",
    }


def activity_payload(activity: Activity) -> Payload:
    """A non-trade activity event; fields that do not apply are absent, as in the samples."""
    payload: Payload = {
        "id": activity.identity,
        "qty": activity.qty,
        "price": activity.price,
        "status": activity.status,
        "symbol": activity.symbol,
    }
    if activity.cusip:
        payload["cusip"] = activity.cusip
    if activity.group_id:
        payload["group_id"] = activity.group_id
    payload |= {
        "entry_type": activity.entry_type,
        "net_amount": activity.net_amount,
        "description": activity.description,
        "settle_date": activity.settle_date.isoformat(),
        "system_date": activity.system_date.isoformat(),
    }
    if activity.sub_type:
        payload["entry_sub_type"] = activity.sub_type
    return payload | {
        "per_share_amount": activity.per_share,
        "account_id": activity.account_id,
        "at": to_microseconds(activity.at),
        "event_ulid": "",
    }


def system_payload(kind: str, at: int, system_date: date) -> Payload:
    """A ready event; `kind` is balances or positions."""
    return {
        "event_id": "",
        "at": to_microseconds(at),
        "type": f"eod_{kind}_ready",
        "system_date": system_date.isoformat(),
        "description": f"End-of-day {kind} are now available.",
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _instant(value: int | None) -> str | None:
    return None if value is None else to_nanoseconds(value)
