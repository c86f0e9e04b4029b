"""Trades of multi-leg option orders: takes steps, gives one trade a fill, and moves each leg.

The order has no symbol, no side and no execution of its own: one trade tells of a fill of all
legs, each leg with its own execution. Its price is what the bought leg costs less what the sold
one brings, negative for a credit. Each leg trades one contract for each unit of the order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES, next_business_day
from recon.sandbox.books.exact import ZERO, ratio, times
from recon.sandbox.books.orders import Fill, OrderState, Ticket, Trade
from recon.sandbox.books.trading import Step, Trading

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
    """Moves what each leg moves and notes down one trade of them all."""
    first, timestamp = step.legs[0], max(leg.timestamp for leg in step.legs)
    legs = _entered(step, timestamp) if first.kind == "new" else _filled(trading, step)
    state, fill = legs[0].state, None
    if first.kind != "new":
        state = _state(trading, step, state, timestamp)
        net = net_price(tuple(leg.ticket for leg in legs), tuple(leg.price for leg in step.legs))
        settles = next_business_day(SYSTEM_DATES[first.day])
        fill = Fill(step.qty, net, ZERO, settles)
    day = SYSTEM_DATES[first.day]
    trade = Trade(first.kind, first.at, timestamp, day, step.order, state, fill, legs=legs)
    trading.desk.trades.append(trade)


def _entered(step: SpreadStep, timestamp: int) -> tuple[Trade, ...]:
    """Each leg as it was entered."""
    state = OrderState(ZERO, None, _STATUS["new"], None, None, timestamp)
    return tuple(
        Trade(leg.kind, leg.at, leg.timestamp, SYSTEM_DATES[leg.day], leg.ticket, state)
        for leg in step.legs
    )


def _filled(trading: Trading, step: SpreadStep) -> tuple[Trade, ...]:
    """The execution of each leg, of all once all have moved."""
    executions = [trading.add(leg, leg.day) for leg in step.legs]
    return tuple(
        Trade(
            leg.kind, leg.at, leg.timestamp, SYSTEM_DATES[leg.day], leg.ticket,
            trading.state(leg, _STATUS[leg.kind], leg.timestamp), trading.fill(leg),
            execution.execution_id,
        )
        for leg, execution in zip(step.legs, executions, strict=True)
    )  # fmt: skip


def _state(trading: Trading, step: SpreadStep, leg: OrderState, timestamp: int) -> OrderState:
    """The order's totals: as many units as each leg has contracts, at their net price."""
    executions = [each for part in step.legs for each in trading.executions[part.ticket.order_id]]
    cost = sum((_signed(each.ticket, times(each.qty, each.price)) for each in executions), ZERO)
    average = ratio(cost, leg.filled_qty, _AVERAGE_PLACES)
    return replace(leg, average=average, filled=timestamp, updated=timestamp)


def net_price(legs: tuple[Ticket, ...], prices: tuple[Decimal, ...]) -> Decimal:
    """What one unit costs, per share; negative where it brings money."""
    return sum((_signed(leg, price) for leg, price in zip(legs, prices, strict=True)), ZERO)


def _signed(ticket: Ticket, value: Decimal) -> Decimal:
    return value if ticket.side == "buy" else -value
