"""What each movement does to the cost of its position: a pure function over ordered movements.

Takes the movements of one account and symbol after another, oldest first; gives the change of
cost of each, in the account's currency, nine decimals, halves away from zero. Cost carries the
sign of its quantity: a short position has a negative cost. What takes a position to zero takes
all its cost; where a leg's own price does not, `rest` is what it left.

Methods: `average` takes out the weighted average, as the broker's avg_entry_price does; `fifo`
takes out the oldest lots first, as a tax return does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

EXACT = Context(prec=76, rounding=ROUND_HALF_UP)
NINE = Decimal("0.000000001")
ZERO = Decimal(0)


class Movement(NamedTuple):
    """One movement. `stated` is the cost that it names itself, with the sign of `qty`.

    `rule`: trade, stated, average, return or reversal. `reverses` names an earlier movement of the
    same account and symbol, whose cost is taken back exactly.
    """

    movement_id: str
    account_id: str
    symbol: str
    qty: Decimal
    rule: str
    stated: Decimal
    reverses: str | None = None


class Cost(NamedTuple):
    """The change of cost by one movement, and what it left on a position that became flat."""

    movement_id: str
    cost: Decimal
    rest: Decimal


@dataclass
class Holding:
    """One account's position in one symbol while its movements go by."""

    method: str
    qty: Decimal = ZERO
    cost: Decimal = ZERO
    booked: dict[str, Decimal] = field(default_factory=dict)
    lots: deque[tuple[Decimal, Decimal]] = field(default_factory=deque)

    def apply(self, movement: Movement) -> Cost:
        """Book one movement. Raises ValueError for an unknown rule."""
        closed = self._closed(movement.qty)
        taken = self._take(closed) if closed else ZERO
        cost = self._change(movement, closed, taken)
        self.qty = EXACT.add(self.qty, movement.qty)
        self.cost = EXACT.add(self.cost, cost)
        self.booked[movement.movement_id] = cost
        if self.method == "fifo" and abs(movement.qty) > closed:
            self._add_lot(movement, abs(movement.qty) - closed, EXACT.add(cost, taken))
        rest = ZERO
        if not self.qty:
            rest, self.cost = self.cost, ZERO
        return Cost(movement.movement_id, cost, rest)

    def _closed(self, qty: Decimal) -> Decimal:
        """How much of the holding a quantity of the other sign closes."""
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
        """A new lot is the youngest; what a reversed sale gives back, the oldest."""
        if movement.rule == "reversal":
            self.lots.appendleft((qty, cost))
        else:
            self.lots.append((qty, cost))

    def _take_lots(self, closed: Decimal) -> Decimal:
        taken = ZERO
        while closed and self.lots:
            lot, cost = self.lots.popleft()
            used = min(lot, closed)
            part = cost if used == lot else _part(cost, used, lot)
            if used < lot:
                self.lots.appendleft((lot - used, cost - part))
            taken += part
            closed -= used
        return taken


def costs(movements: Iterable[Movement], method: str = "average") -> Iterator[Cost]:
    """The cost of each movement, in their order. Raises ValueError for an unknown method or rule.

    The movements of an account and symbol must stand together; only one holding is kept at a time.
    """
    if method not in {"average", "fifo"}:
        raise ValueError(f"expected average or fifo; saw {method!r}")
    holding, key = Holding(method), ("", "")
    for movement in movements:
        if (movement.account_id, movement.symbol) != key:
            holding, key = Holding(method), (movement.account_id, movement.symbol)
        yield holding.apply(movement)


def _part(whole: Decimal, share: Decimal, of: Decimal) -> Decimal:
    """whole x share / of, rounded once."""
    product = EXACT.multiply(whole, share)
    return EXACT.divide(product, of).quantize(NINE, context=EXACT)


def _within(amount: Decimal, cost: Decimal) -> Decimal:
    """As much of the amount as the cost has, towards zero and not beyond; zero against it."""
    if not amount or not cost or amount.is_signed() != cost.is_signed():
        return ZERO
    return amount if abs(amount) < abs(cost) else cost
