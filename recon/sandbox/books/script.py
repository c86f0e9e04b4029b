"""Writes orders into a script: takes what somebody wants to trade, gives timed steps.

Quantities, prices and instants are decided here, from the seed, before anything is carried
out. Clock times are New York's; an overnight order trades on the evening before its day.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import (
    MICROSECOND,
    MILLISECOND,
    SECOND,
    SYSTEM_DATES,
    day_before,
    eastern,
)
from recon.sandbox.books.exact import EXACT, plain, times, truncated
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.model import Account
from recon.sandbox.books.orders import Ticket
from recon.sandbox.books.trading import Step

_FRACTION_PLACES = 9


@dataclass
class Script:
    """The steps of all orders, in the order written; `steps_of` gives a day's in time order."""

    rng: random.Random
    market: dict[str, Asset]
    steps: list[Step] = field(default_factory=list)

    def steps_of(self, day: int) -> list[Step]:
        """The steps of the system date with that index, as they happen."""
        return sorted((step for step in self.steps if step.day == day), key=lambda step: step.at)

    def order(
        self, account: Account, role: str, side: str, day: int, clock: str, qty: str,
        parts: int = 1, *, opens: bool = True, limit: bool = False, leaves: str = "",
        overnight: bool = False,
    ) -> Ticket:  # fmt: skip
        """An order for a quantity, filled in parts; what it `leaves` is cancelled at the end."""
        start = self.start(day, clock, overnight=overnight)
        ordered = Decimal(qty)
        filled = ordered - Decimal(leaves or 0)
        prices = [self.price(role, day) for _ in range(parts)]
        bound = None
        if limit or leaves:
            bound = max(prices) if side == "buy" else min(prices)
        ticket = self.ticket(account, role, side, start, opens=opens, qty=ordered,
                              limit_price=bound, extended_hours=overnight)  # fmt: skip
        self.write("new", day, start + self.pause(), ticket)
        at = start
        for number, part in enumerate(self._split(filled, parts)):
            at += SECOND * self.rng.randrange(1, 90) + self.pause()
            last = number == parts - 1 and not leaves
            self.write("fill" if last else "partial_fill", day, at, ticket, part, prices[number])
        if leaves:
            self.write("canceled", day, at + 600 * SECOND, ticket)
        return ticket

    def spend(self, account: Account, role: str, day: int, clock: str, notional: str,
              parts: int = 1) -> Ticket:  # fmt: skip
        """A market order to buy for so many dollars; fractional quantities are cut at 9 places."""
        start = self.start(day, clock, overnight=False)
        ticket = self.ticket(account, role, "buy", start, notional=Decimal(notional))
        self.write("new", day, start + self.pause(), ticket)
        at, left = start, Decimal(notional)
        for number in range(parts):
            at += SECOND * self.rng.randrange(1, 30) + self.pause()
            price = self.price(role, day)
            last = number == parts - 1
            dollars = left if last else truncated(left * self.rng.randrange(30, 60) / 100, 2)
            qty = truncated(EXACT.divide(dollars, price), _FRACTION_PLACES)
            left -= times(qty, price)
            self.write("fill" if last else "partial_fill", day, at, ticket, qty, price)
        return ticket

    def crossed_pair(self, account: Account, role: str, day: int) -> None:
        """Two orders filled 9 ms apart whose execution timestamps run against their receipt."""
        entered = self.start(day, "09:22", overnight=False)
        opening = eastern(SYSTEM_DATES[day], "09:30", 664_778_000)
        timestamp = opening - 6 * MILLISECOND - self.rng.randrange(1, MICROSECOND)
        for number in range(2):
            ticket = self.ticket(account, role, "buy", entered, notional=Decimal(10))
            self.write("new", day, entered + (1 + number) * SECOND + self.pause(), ticket)
            price = self.price(role, day)
            qty = truncated(EXACT.divide(Decimal(10), price), _FRACTION_PLACES)
            at = opening + number * 9 * MILLISECOND
            earlier = timestamp - number * 54 * MICROSECOND
            self.steps.append(Step("fill", day, at, earlier, ticket, qty, price))

    def bust(self, ticket: Ticket, target: int, day: int, clock: str) -> None:
        """The exchange takes one execution of the ticket back."""
        self.write("trade_bust", day, self.start(day, clock, overnight=False), ticket,
                    target=target)  # fmt: skip

    def correct(self, ticket: Ticket, target: int, day: int, clock: str, qty: Decimal,
                price: Decimal) -> None:  # fmt: skip
        """The exchange replaces one execution of the ticket by another quantity and price."""
        at = self.start(day, clock, overnight=False)
        self.write("trade_correct", day, at, ticket, qty, price, target)

    def price(self, role: str, day: int) -> Decimal:
        """A price near that day's closing price, in the asset's own ticks, never zero."""
        closing = self.market[role].prices[day]
        digits, exponent = int(closing.scaleb(-_exponent(closing))), _exponent(closing)
        room = min(40, digits // 50)
        return Decimal(digits + self.rng.randint(-room, room)).scaleb(exponent)

    def executed(self, ticket: Ticket, number: int) -> Step:
        """The step of that ticket's execution, counted from zero."""
        kinds = ("fill", "partial_fill")
        return [s for s in self.steps if s.ticket == ticket and s.kind in kinds][number]

    def _split(self, filled: Decimal, parts: int) -> list[Decimal]:
        """The quantity in so many parts of its own printed scale, each at least one unit."""
        exponent = _exponent(Decimal(plain(filled)))
        left, sizes = int(filled.scaleb(-exponent)), []
        for remaining in range(parts, 1, -1):
            size = max(1, left * self.rng.randrange(70, 130) // (100 * remaining))
            sizes.append(size)
            left -= size
        return [Decimal(size).scaleb(exponent) for size in (*sizes, left)]

    def ticket(
        self, account: Account, role: str, side: str, submitted: int, *, opens: bool = True,
        qty: Decimal | None = None, notional: Decimal | None = None,
        limit_price: Decimal | None = None, extended_hours: bool = False,
    ) -> Ticket:  # fmt: skip
        """An order with ids of its own that nothing has happened to; `submitted` in nanoseconds."""
        intent = f"{side}_to_{'open' if opens else 'close'}"
        return Ticket(
            new_uuid(self.rng), new_uuid(self.rng), account.account_id, self.market[role], side,
            intent, qty, notional, limit_price, extended_hours, submitted,
        )  # fmt: skip

    def write(self, kind: str, day: int, at: int, ticket: Ticket, qty: Decimal = Decimal(0),
               price: Decimal = Decimal(0), target: int = 0) -> None:  # fmt: skip
        """A step sent at that instant, some milliseconds after it happened."""
        timestamp = at - self.rng.randrange(2 * MILLISECOND, 9 * MILLISECOND)
        self.steps.append(Step(kind, day, at, timestamp, ticket, qty, price, target))

    def start(self, day: int, clock: str, *, overnight: bool) -> int:
        """An instant within the minute of that clock time, in UTC nanoseconds."""
        date = SYSTEM_DATES[day]
        calendar = day_before(date) if overnight else date
        return eastern(calendar, clock) + self.rng.randrange(40 * SECOND) + self.pause()

    def pause(self) -> int:
        """Up to a tenth of a second, at least ten milliseconds, in nanoseconds."""
        return self.rng.randrange(10 * MILLISECOND, 100 * MILLISECOND)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"expected a finite number; saw {value}")
    return exponent
