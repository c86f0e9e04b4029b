"""Events of multi-leg option orders: takes steps, gives one event a fill, and moves each leg.

The order has no symbol, no side and no execution of its own: one event tells of a fill of all
legs, each leg with its own execution. Its price is what the bought leg costs less what the sold
one brings, negative for a credit. Each leg trades one contract for each unit of the order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books.clock import (
    SYSTEM_DATES,
    next_business_day,
    to_microseconds,
    to_nanoseconds,
)
from recon.sandbox.books.desk import Draft
from recon.sandbox.books.exact import ZERO, plain, ratio, times
from recon.sandbox.books.model import Payload
from recon.sandbox.books.trading import Execution, Step, Trading
from recon.sandbox.messages.payloads import OrderState, Ticket, order_payload

_ONLY_OF_LEGS = ("asset_class", "side", "position_intent")
_NOT_OF_LEGS = ("legs", "cancel_requested_at")
_AVERAGE_PLACES = 6
_STATUS = {"new": "new", "partial_fill": "partially_filled", "fill": "filled"}


@dataclass(frozen=True)
class SpreadStep:
    """One thing that happens to a multi-leg order: `order` as entered, and each leg's own step."""

    order: Ticket
    legs: tuple[Step, ...]

    @property
    def qty(self) -> Decimal:
        """Units of the order filled now."""
        return self.legs[0].qty


def carry_out(trading: Trading, step: SpreadStep) -> None:
    """Moves what each leg moves and drafts the event of them all."""
    first, status = step.legs[0], _STATUS[step.legs[0].kind]
    timestamp = max(leg.timestamp for leg in step.legs)
    if first.kind == "new":
        state = OrderState(ZERO, None, status, None, None, timestamp)
        states, amounts = [state for _ in step.legs], {}
    else:
        executions = [trading.add(leg, leg.day) for leg in step.legs]
        states = [trading.state(leg, status, leg.timestamp) for leg in step.legs]
        state = _state(trading, step, states[0], timestamp)
        amounts = _amounts(trading, step, executions)
    legs = [
        _order(leg.ticket, each, _NOT_OF_LEGS) for leg, each in zip(step.legs, states, strict=True)
    ]
    payload: Payload = {
        "account_id": step.order.account_id,
        "at": to_microseconds(first.at),
        "event_id": "",
        "event": first.kind,
        "timestamp": to_nanoseconds(timestamp),
        "order": _order(step.order, state, _ONLY_OF_LEGS) | {"legs": legs},
        **amounts,
    }
    day = SYSTEM_DATES[first.day]
    trading.desk.trades.append(Draft(first.at, step.order.account_id, day, payload))


def _order(ticket: Ticket, state: OrderState, left_out: tuple[str, ...]) -> Payload:
    """The order object of a multi-leg order or of one of its legs, without some fields."""
    order = order_payload(ticket, state) | {"order_class": "mleg"}
    return {name: each for name, each in order.items() if name not in left_out}


def _state(trading: Trading, step: SpreadStep, leg: OrderState, timestamp: int) -> OrderState:
    """The order's totals: as many units as each leg has contracts, at their net price."""
    executions = [each for part in step.legs for each in trading.executions[part.ticket.order_id]]
    cost = sum((_signed(each.ticket, times(each.qty, each.price)) for each in executions), ZERO)
    average = ratio(cost, leg.filled_qty, _AVERAGE_PLACES)
    return replace(leg, average=average, filled=timestamp, updated=timestamp)


def _amounts(trading: Trading, step: SpreadStep, executions: list[Execution]) -> Payload:
    """The fields that only fills of multi-leg orders carry."""
    account_id, tickets = step.order.account_id, tuple(leg.ticket for leg in step.legs)
    net = net_price(tickets, tuple(leg.price for leg in step.legs))
    symbols = [ticket.asset.symbol for ticket in tickets]
    return {
        "price": plain(net),
        "qty": plain(step.qty),
        "position_qtys": {
            symbol: plain(trading.desk.quantity(account_id, symbol)) for symbol in symbols
        },
        "settle_date": next_business_day(SYSTEM_DATES[step.legs[0].day]).isoformat(),
        "legs": [
            {
                "execution_id": execution.execution_id,
                "order_id": leg.ticket.order_id,
                "price": plain(leg.price),
                "qty": plain(leg.qty),
                "symbol": leg.ticket.asset.symbol,
                "timestamp": to_nanoseconds(leg.timestamp),
            }
            for leg, execution in zip(step.legs, executions, strict=True)
        ],
    }


def net_price(legs: tuple[Ticket, ...], prices: tuple[Decimal, ...]) -> Decimal:
    """What one unit costs, per share; negative where it brings money."""
    return sum((_signed(leg, price) for leg, price in zip(legs, prices, strict=True)), ZERO)


def _signed(ticket: Ticket, value: Decimal) -> Decimal:
    return value if ticket.side == "buy" else -value
