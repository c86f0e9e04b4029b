"""The trade update event: takes what happened to an order, gives the payload of the stream.

Amounts are JSON strings. A multi-leg order has no symbol and no side, and one event for its legs.
"""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.clock import to_microseconds, to_nanoseconds
from recon.sandbox.books.exact import plain
from recon.sandbox.books.model import Payload
from recon.sandbox.books.orders import Fill, OrderState, Ticket, Trade

_ONLY_OF_LEGS = ("asset_class", "side", "position_intent")
_NOT_OF_LEGS = ("legs", "cancel_requested_at")


def trade_payload(trade: Trade) -> Payload:
    """The event; its ULID is still to come."""
    many = bool(trade.legs)
    return {
        "account_id": trade.account_id,
        "at": to_microseconds(trade.at),
        "event_id": "",
        "event": trade.kind,
        "timestamp": to_nanoseconds(trade.timestamp),
        "order": _order_of_legs(trade) if many else _order(trade.ticket, trade.state),
        **(_amounts(trade, trade.fill) if trade.fill else {}),
        **({} if many else {"execution_id": trade.execution_id}),
    }


def _amounts(trade: Trade, fill: Fill) -> Payload:
    """The fields that only executions carry."""
    amounts: Payload = {"price": plain(fill.price), "qty": plain(fill.qty)}
    if trade.legs:
        return amounts | _amounts_of_legs(trade, fill)
    amounts["position_qty"] = plain(fill.position_qty)
    if not fill.previous_id:
        return amounts | {"settle_date": fill.settle_date.isoformat()}
    amounts["previous_execution_id"] = fill.previous_id
    return amounts | ({"reason": fill.reason} if fill.reason else {})


def _amounts_of_legs(trade: Trade, fill: Fill) -> Payload:
    """The fields that only fills of multi-leg orders carry."""
    fills = [(leg, leg.fill) for leg in trade.legs if leg.fill]
    return {
        "position_qtys": {leg.ticket.asset.symbol: plain(each.position_qty) for leg, each in fills},
        "settle_date": fill.settle_date.isoformat(),
        "legs": [
            {
                "execution_id": leg.execution_id,
                "order_id": leg.ticket.order_id,
                "price": plain(each.price),
                "qty": plain(each.qty),
                "symbol": leg.ticket.asset.symbol,
                "timestamp": to_nanoseconds(leg.timestamp),
            }
            for leg, each in fills
        ],
    }


def _order_of_legs(trade: Trade) -> Payload:
    """The object of a multi-leg order, with one for each of its legs."""
    legs = [_without(_order(leg.ticket, leg.state, "mleg"), _NOT_OF_LEGS) for leg in trade.legs]
    order = _without(_order(trade.ticket, trade.state, "mleg"), _ONLY_OF_LEGS)
    return order | {"legs": legs}


def _without(order: Payload, names: tuple[str, ...]) -> Payload:
    return {name: each for name, each in order.items() if name not in names}


def _order(ticket: Ticket, state: OrderState, order_class: str = "") -> Payload:
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
        "expired_at": _instant(state.expired),
        "cancel_requested_at": _instant(state.canceled),
        "canceled_at": _instant(state.canceled),
        "failed_at": _instant(state.failed),
        "replaced_at": _instant(state.replaced),
        "replaced_by": state.replaced_by or None,
        "replaces": ticket.replaces or None,
        "asset_id": ticket.asset.asset_id,
        "symbol": ticket.asset.symbol,
        "asset_class": ticket.asset.asset_class,
        "notional": _text(ticket.notional),
        "qty": _text(ticket.qty),
        "filled_qty": plain(state.filled_qty),
        "filled_avg_price": _text(state.average),
        "order_class": order_class,
        "order_type": kind,
        "type": kind,
        "side": ticket.side,
        "position_intent": ticket.intent,
        "time_in_force": ticket.time_in_force,
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


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _instant(value: int | None) -> str | None:
    return None if value is None else to_nanoseconds(value)
