"""One account's position in one symbol while its movements go by: quantity, cost, lots. Pure."""

from __future__ import annotations

import functools
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

EXACT = Context(prec=76, rounding=ROUND_HALF_UP)
NINE = Decimal("0.000000001")
ZERO = Decimal(0)


class Movement(NamedTuple):
    """One movement. `stated` is the cost that it names itself, with the sign of `qty`.

    `rule`: trade, stated, average, return or reversal. `reverses` names an earlier movement of the
    same account and symbol, whose cost is reversed exactly.
    """

    movement_id: str
    account_id: str
    symbol: str
    qty: Decimal
    rule: str
    stated: Decimal
    reverses: str | None = None
    system_date: date = date.min


class Cost(NamedTuple):
    """The change of cost by one movement, and what it left on a position that became flat."""

    movement_id: str
    cost: Decimal
    rest: Decimal


class HeldLot(NamedTuple):
    """A lot as a day left it; quantity and cost carry the sign of the position."""

    account_id: str
    symbol: str
    system_date: date
    seq: int
    qty: Decimal
    cost: Decimal


class Lot(NamedTuple):
    """What was bought together. `traded_on`: the day of its trade, none where it came otherwise."""

    qty: Decimal
    cost: Decimal
    traded_on: date | None


@dataclass
class Position:
    """One account's position in one symbol while its movements go by."""

    method: str
    qty: Decimal = ZERO
    cost: Decimal = ZERO
    booked: dict[str, Decimal] = field(default_factory=dict)
    lots: deque[Lot] = field(default_factory=deque)

    def apply(self, movement: Movement) -> Cost:
        """Book one movement. Raises ValueError for an unknown rule."""
        closed = self._closed(movement.qty)
        taken = self._take(closed) if closed else ZERO
        cost = self._change(movement, closed, taken)
        self.qty = EXACT.add(self.qty, movement.qty)
        self.cost = EXACT.add(self.cost, cost)
        self.booked[movement.movement_id] = cost
        if self.method != "average" and abs(movement.qty) > closed:
            self._add_lot(movement, abs(movement.qty) - closed, EXACT.add(cost, taken))
        if self.lots and movement.rule not in ("trade", "average"):
            self._spread(
                functools.reduce(EXACT.subtract, (lot.cost for lot in self.lots), self.cost)
            )
        rest = ZERO
        if not self.qty:
            rest, self.cost = self.cost, ZERO
        return Cost(movement.movement_id, cost, rest)

    def _closed(self, qty: Decimal) -> Decimal:
        """How much of the position a quantity of the other sign closes."""
        if not qty or not self.qty or qty.is_signed() == self.qty.is_signed():
            return ZERO
        return min(abs(qty), abs(self.qty))

    def _change(self, movement: Movement, closed: Decimal, taken: Decimal) -> Decimal:
        """The change of cost; `taken` is what the closed part cost."""
        match movement.rule:
            case "trade":
                opened = abs(movement.qty) - closed
                part = _part(movement.stated, opened, abs(movement.qty)) if closed else None
                return movement.stated if part is None else EXACT.subtract(part, taken)
            case "stated":
                return movement.stated
            case "average":
                return -taken
            case "return":
                return -_within(movement.stated, self.cost)
            case "reversal":
                target = self.booked.get(movement.reverses or "")
                return movement.stated if target is None else -target
        raise ValueError(f"expected a cost rule; saw {movement.rule!r}")

    def _take(self, closed: Decimal) -> Decimal:
        """What the closed part cost: all there is where nothing is left."""
        held = abs(self.qty)
        if closed == held:
            self.lots.clear()
            return self.cost
        return (
            _part(self.cost, closed, held) if self.method == "average" else self._take_lots(closed)
        )

    def _add_lot(self, movement: Movement, qty: Decimal, cost: Decimal) -> None:
        """A new lot is the youngest, one lot for all trades of a day; what a reversed sale gives
        back is the oldest."""
        if movement.rule == "reversal":
            self.lots.appendleft(Lot(qty, cost, None))
            return
        traded_on = movement.system_date if movement.rule == "trade" else None
        if traded_on and self.lots and self.lots[-1].traded_on == traded_on:
            last = self.lots.pop()
            qty, cost = EXACT.add(last.qty, qty), EXACT.add(last.cost, cost)
        self.lots.append(Lot(qty, cost, traded_on))

    def _take_lots(self, closed: Decimal) -> Decimal:
        taken = ZERO
        while closed and self.lots:
            lot = self.lots.popleft()
            used = min(lot.qty, closed)
            part = lot.cost if used == lot.qty else _part(lot.cost, used, lot.qty)
            if used < lot.qty:
                left = EXACT.subtract(lot.qty, used), EXACT.subtract(lot.cost, part)
                self.lots.appendleft(Lot(*left, lot.traded_on))
            taken = EXACT.add(taken, part)
            closed = EXACT.subtract(closed, used)
        return taken

    def _spread(self, drift: Decimal) -> None:
        """Lots cost what the position does: each takes its share by quantity, the last the rest."""
        if not drift:
            return
        held = functools.reduce(EXACT.add, (lot.qty for lot in self.lots), ZERO)
        for place, lot in enumerate(self.lots):
            part = drift if lot.qty == held else _part(drift, lot.qty, held)
            drift, held = EXACT.subtract(drift, part), EXACT.subtract(held, lot.qty)
            self.lots[place] = lot._replace(cost=EXACT.add(lot.cost, part))


def _part(whole: Decimal, share: Decimal, of: Decimal) -> Decimal:
    """whole x share / of, rounded once."""
    product = EXACT.multiply(whole, share)
    return EXACT.divide(product, of).quantize(NINE, context=EXACT)


def _within(amount: Decimal, cost: Decimal) -> Decimal:
    """As much of the amount as the cost has, towards zero and not beyond; zero against it."""
    if not amount or not cost or amount.is_signed() != cost.is_signed():
        return ZERO
    return amount if abs(amount) < abs(cost) else cost
