"""Orders that do not just fill, in all books: takes an account, gives their steps day by day.

One is replaced after a partial fill, two expire, one is rejected, one lasts over days until it is
canceled, and one until it is filled. All are purchases of an asset of their own, so that nothing
else in the books depends on them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import SECOND, SYSTEM_DATES, eastern
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import ZERO
from recon.sandbox.books.identity import new_cusip, new_uuid
from recon.sandbox.books.model import Account
from recon.sandbox.books.orders import OrderState, Ticket
from recon.sandbox.books.script import Script
from recon.sandbox.books.trading import Step, Trading

LASTING = 1  # the place of the customer whose orders these are
ROLE = "lasting"
_SYMBOLS = ("WEND", "XYLO", "YARE", "ZEAL")
_NOTHING = OrderState(ZERO, None, "new", None, None, 0)
_AFTER_CLOSE = 7 * SECOND


@dataclass(frozen=True)
class OrderLives:
    """The steps of these orders, and what each replaced order was replaced by."""

    script: Script
    trading: Trading

    def trade(self, day: int) -> None:
        """Moves everything of that day."""
        successors = {
            step.ticket.replaces: step.ticket.order_id
            for step in self.script.steps
            if step.ticket.replaces
        }
        for step in self.script.steps_of(day):
            if step.kind in ("fill", "partial_fill"):
                self.trading.carry_out(step)
            else:
                self._report(step, successors.get(step.ticket.order_id, ""))

    def _report(self, step: Step, successor: str) -> None:
        """Notes down a step that moves nothing."""
        before, at = self.trading.states.get(step.ticket.order_id, _NOTHING), step.timestamp
        state = replace(before, status=step.kind, updated=at)
        if step.kind == "replaced":
            state = replace(state, replaced=at, replaced_by=successor)
        elif step.kind == "canceled":
            state = replace(state, canceled=at)
        elif step.kind == "expired":
            state = replace(state, expired=at)
        elif step.kind == "rejected":
            state = replace(state, failed=at)
        self.trading.note(step, state)


def make_order_market(rng: random.Random) -> dict[str, Asset]:
    """The asset of these orders by role; its price walks by at most twenty cents a day."""
    ticks = rng.randrange(3000, 9000)
    prices = []
    for _ in SYSTEM_DATES:
        prices.append(Decimal(ticks).scaleb(-2))
        ticks += rng.randint(-20, 20)
    asset = Asset(
        ROLE, rng.choice(_SYMBOLS), new_cusip(rng), new_uuid(rng), "us_equity", "NYSE", 1,
        tuple(prices),
    )  # fmt: skip
    return {ROLE: asset}


def make_order_lives(rng: random.Random, desk: Desk, account: Account) -> OrderLives:
    """The orders of that account. `rng` is its own, so that no other order depends on these."""
    script = Script(rng, desk.market)
    _replaced(script, account)
    _expired(script, account)
    _rejected(script, account)
    _over_days(script, account)
    return OrderLives(script, Trading(replace(desk, rng=rng)))


def _replaced(script: Script, account: Account) -> None:
    """Partly filled, then replaced by one with a higher limit, which is filled in two parts."""
    old = _entered(script, account, 0, "15:31", 30, "day")
    at = _filled(script, old, 0, old.submitted, 5, "partial_fill") + 90 * SECOND
    new = replace(
        _ticket(script, account, 0, at, 25, "day"), replaces=old.order_id,
    )  # fmt: skip
    _step(script, "replaced", 0, at, old)
    _step(script, "new", 0, at + script.pause(), new)
    at = _filled(script, new, 0, at, 10, "partial_fill")
    _filled(script, new, 0, at, 15, "fill")


def _expired(script: Script, account: Account) -> None:
    """One for the day without a fill, one with a part of it filled."""
    for day, filled in ((1, 0), (3, 4)):
        ticket = _entered(script, account, day, "15:36", 12, "day")
        if filled:
            _filled(script, ticket, day, ticket.submitted, filled, "partial_fill")
        closed = eastern(SYSTEM_DATES[day], "16:00") + _AFTER_CLOSE + script.pause()
        _step(script, "expired", day, closed, ticket)


def _rejected(script: Script, account: Account) -> None:
    start = script.start(2, "15:41", overnight=False)
    ticket = _ticket(script, account, 2, start, 900, "day")
    _step(script, "pending_new", 2, start + script.pause(), ticket)
    _step(script, "rejected", 2, start + SECOND + script.pause(), ticket)


def _over_days(script: Script, account: Account) -> None:
    """Good until canceled: one filled in parts over three days, one canceled on a later day."""
    ticket = _entered(script, account, 0, "15:46", 50, "gtc")
    for day, part, kind in ((1, 20, "partial_fill"), (3, 10, "partial_fill"), (5, 20, "fill")):
        _filled(script, ticket, day, script.start(day, "15:47", overnight=False), part, kind)
    ticket = _entered(script, account, 1, "15:51", 8, "gtc")
    start = script.start(4, "15:52", overnight=False)
    _step(script, "pending_cancel", 4, start, ticket)
    _step(script, "canceled", 4, start + SECOND, ticket)


def _entered(
    script: Script, account: Account, day: int, clock: str, qty: int, lasts: str
) -> Ticket:
    """An order that was accepted and sent to an exchange."""
    start = script.start(day, clock, overnight=False)
    ticket = _ticket(script, account, day, start, qty, lasts)
    _step(script, "accepted", day, start + script.pause(), ticket)
    _step(script, "new", day, start + SECOND, ticket)
    return ticket


def _ticket(script: Script, account: Account, day: int, at: int, qty: int, lasts: str) -> Ticket:
    """To buy at a limit that no price of the next days passes."""
    limit = script.market[ROLE].prices[day] + 5
    ticket = script.ticket(account, ROLE, "buy", at, qty=Decimal(qty), limit_price=limit)
    return replace(ticket, time_in_force=lasts)


def _filled(script: Script, ticket: Ticket, day: int, after: int, qty: int, kind: str) -> int:
    """Executes so much of it some seconds after an instant; gives when."""
    at = after + SECOND * script.rng.randrange(2, 40) + script.pause()
    script.write(kind, day, at, ticket, Decimal(qty), script.price(ROLE, day))
    return at


def _step(script: Script, kind: str, day: int, at: int, ticket: Ticket) -> None:
    script.write(kind, day, at, ticket)
