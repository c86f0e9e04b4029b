"""The terms of every corporate action: takes a seeded generator, gives ratios and rates."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

FORWARD_RATIOS = ((4, 1), (3, 1), (3, 2))
REVERSE_RATIOS = ((1, 10), (1, 4), (1, 8))


@dataclass(frozen=True)
class Terms:
    """Splits are (new, old) shares by role; rates are dollars or shares for one share."""

    splits: dict[str, tuple[int, int]]
    dividend: Decimal
    second_dividend: Decimal
    stock_dividend: Decimal  # new shares for one old share, above one
    cash_merger: Decimal
    stock_merger: Decimal
    mixed_shares: Decimal
    mixed_cash: Decimal


def make_terms(rng: random.Random) -> Terms:
    """Terms that fit the price ranges of the market: a merger never pays more than the cost."""
    return Terms(
        splits={
            "forward_split": rng.choice(FORWARD_RATIOS),
            "reverse_split": rng.choice(REVERSE_RATIOS),
        },
        dividend=Decimal(rng.randrange(200, 900)).scaleb(-3),
        second_dividend=Decimal(rng.randrange(10, 80)).scaleb(-2),
        stock_dividend=1 + Decimal(rng.randrange(2, 25)).scaleb(-2),
        cash_merger=Decimal(rng.randrange(150_000_001, 500_000_000)).scaleb(-7),
        stock_merger=Decimal(rng.randrange(150, 400)).scaleb(-3),
        mixed_shares=Decimal(rng.choice((1, 2))),
        mixed_cash=Decimal(rng.randrange(3, 9)),
    )
