"""A vertical spread in all books: takes an account, writes its multi-leg orders and trades them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import MILLISECOND, SECOND
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.market import SPREAD
from recon.sandbox.books.model import Account
from recon.sandbox.books.script import Script
from recon.sandbox.books.spread_trades import SpreadStep, carry_out, net_price
from recon.sandbox.books.trading import Execution, Step, Trading

OPENED_DAY, HALVED_DAY = 1, 4
_NO_ASSET = Asset("", "", "", "00000000-0000-0000-0000-000000000000", "", "", 100, ())


@dataclass(frozen=True)
class Spreads:
    """The spread's steps, and the executions of its legs so far."""

    steps: tuple[SpreadStep, ...]
    trading: Trading

    def trade(self, day: int) -> None:
        """Moves everything of that day."""
        for step in self.steps:
            if step.legs[0].day == day:
                carry_out(self.trading, step)

    def sales(self, day: int) -> list[Execution]:
        """The executions of sold legs on a trade day."""
        return self.trading.sales(day)


def make_spreads(rng: random.Random, desk: Desk, account: Account) -> Spreads:
    """A spread of that account: opened in two fills on one day, half of it closed on a later one.

    `rng` is its own, so that no other order or price in the books depends on the spread.
    """
    script = Script(rng, desk.market)
    half = rng.randrange(2, 5)
    first = rng.randrange(1, half)
    opened = _order(script, account, OPENED_DAY, "11:35", (first, 2 * half - first), opens=True)
    halved = _order(script, account, HALVED_DAY, "13:25", (half,), opens=False)
    return Spreads((*opened, *halved), Trading(replace(desk, rng=rng)))


def _order(
    script: Script, account: Account, day: int, clock: str, parts: tuple[int, ...], *, opens: bool
) -> list[SpreadStep]:
    """The steps of a limit order that buys the first contract and sells the other, or closes."""
    start = script.start(day, clock, overnight=False)
    sides = ("buy", "sell") if opens else ("sell", "buy")
    legs = tuple(
        script.ticket(account, role, side, start, opens=opens, qty=Decimal(sum(parts)))
        for role, side in zip(SPREAD, sides, strict=True)
    )
    prices = [tuple(script.price(role, day) for role in SPREAD) for _ in parts]
    order = replace(
        legs[0], order_id=new_uuid(script.rng), client_order_id=new_uuid(script.rng),
        asset=_NO_ASSET, side="", intent="",
        limit_price=max(net_price(legs, each) for each in prices),
    )  # fmt: skip
    at = start + script.pause()
    entered = tuple(Step("new", day, at, start, leg) for leg in legs)
    steps = [SpreadStep(order, entered)]
    for number, part in enumerate(parts):
        at += SECOND * script.rng.randrange(1, 90) + script.pause()
        kind = "fill" if number == len(parts) - 1 else "partial_fill"
        filled = tuple(
            Step(kind, day, at, at - script.rng.randrange(2 * MILLISECOND, 9 * MILLISECOND),
                 leg, Decimal(part), price)
            for leg, price in zip(legs, prices[number], strict=True)
        )  # fmt: skip
        steps.append(SpreadStep(order, filled))
    return steps
