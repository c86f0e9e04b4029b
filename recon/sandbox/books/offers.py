"""What befalls three customers' further holdings: takes a desk, books deliveries and actions.

Another broker delivers units, a parent company, shares that are reorganised, shares that split
into whole ones, and shares with rights. The units split; the parent spins off a company; rights
are given, exercised by two of the three and then expire; the fractions of the split come in cash.
The assets, and the generator, are their own, so that no other story depends on them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books import offer_legs as legs
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import times
from recon.sandbox.books.identity import new_cusip, new_uuid
from recon.sandbox.books.legs import Leg, book_leg, notice
from recon.sandbox.books.model import Account
from recon.sandbox.books.offer_causes import FreeDelivery

_HOLDERS = slice(7, 10)
# role: (symbol, highest price of the first day in dollars)
_ROLES = {
    "unit": ("UNTAU", 12), "unit_share": ("UNTA", 12), "unit_warrant": ("UNTA.WS", 2),
    "parent": ("PRNT", 90), "spun_off": ("SPNF", 30),
    "reorganised": ("REOA", 40), "reorganised_new": ("REOB", 70),
    "whole_split": ("WHLE", 9), "whole_split_new": ("WHLE", 180),
    "rights_source": ("RSRC", 25), "subscription": ("RSRC.RT", 3),
}  # fmt: skip
_DELIVERED = ("unit", "parent", "reorganised", "whole_split", "rights_source")
_WHOLE = ("unit", "whole_split", "rights_source")


def offer_market(rng: random.Random) -> dict[str, Asset]:
    """The assets by role, each price a walk in cents."""
    return {role: _asset(rng, role, *named) for role, named in _ROLES.items()}


@dataclass(frozen=True)
class Offers:
    """The desk with a generator of its own, and the customers concerned."""

    desk: Desk
    holders: tuple[Account, ...]

    def move(self, day: int) -> None:
        """Books everything of that day."""
        desk = self.desk
        if day == 0:
            for account in self.holders:
                _deliver(desk, account)
        if day == 2:
            legs.give_rights(desk, day, Decimal("0.5"))
        if day == 3:
            legs.split_units(desk, day, Decimal("0.25"))
            legs.spin_off(desk, day, Decimal("0.35"))
        if day == 4:
            legs.split_into_whole_shares(desk, day, 20)
            legs.reorganise(desk, day, (1, 4), Decimal("3.25"))
            for account in self.holders[:2]:
                legs.exercise(desk, account, day, Decimal(8))
        if day == 5:
            legs.pay_in_lieu(desk, day, 20, Decimal("141.37"))
            legs.let_rights_expire(desk, day)


def make_offers(rng: random.Random, desk: Desk) -> Offers:
    """The further holdings of three of the desk's customers; `rng` is theirs alone."""
    return Offers(replace(desk, rng=rng), desk.accounts[_HOLDERS])


def _asset(rng: random.Random, role: str, symbol: str, highest: int) -> Asset:
    cents = rng.randrange(50 * highest, 100 * highest)
    prices = tuple(Decimal(price).scaleb(-2) for price in _walk(rng, cents))
    return Asset(role, symbol, new_cusip(rng), new_uuid(rng), "us_equity", "NYSE", 1, prices)


def _walk(rng: random.Random, cents: int) -> Iterator[int]:
    for _ in SYSTEM_DATES:
        yield cents
        cents += rng.randint(-cents // 25, cents // 25)


def _deliver(desk: Desk, account: Account) -> None:
    """Each holding by a delivery of its own: whole shares, or shares with nine decimals."""
    for role in _DELIVERED:
        asset = desk.market[role]
        whole = Decimal(desk.rng.randrange(41, 900) * 2 + 1)
        qty = whole if role in _WHOLE else whole + Decimal(desk.rng.randrange(10**9)).scaleb(-9)
        price = asset.prices[0]
        cause = FreeDelivery(f"DEF{desk.rng.randrange(10**12):012d}", "00000632")
        announced = replace(notice(0, "09:10", "FOPT", ""), cause=cause)
        leg = Leg(asset, qty, price=price, cost=times(qty, price))
        book_leg(desk, account, announced, leg)
