"""The market of the sandbox: takes a seeded generator, gives assets with a price for each day.

Each asset has a role, which says what will happen to it; its symbol, price and walk come from
the seed. Prices are integers of ticks, so every price is exact.
"""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.exact import ratio, times
from recon.sandbox.books.identity import new_cusip, new_uuid, with_check_digit

# role: (decimals of its prices, lowest first price in dollars, highest)
ROLES: dict[str, tuple[int, int, int]] = {
    "ordinary_a": (2, 90, 240),
    "ordinary_b": (2, 20, 80),
    "ordinary_c": (3, 30, 60),
    "penny": (4, 1, 3),
    "dividend": (2, 40, 120),
    "second_dividend": (2, 60, 90),
    "stock_dividend": (3, 10, 30),
    "forward_split": (2, 200, 500),
    "reverse_split": (4, 2, 6),
    "cash_merger": (2, 15, 50),
    "stock_merger": (2, 20, 40),
    "acquirer": (2, 90, 130),
    "mixed_merger": (3, 10, 20),
    "renamed": (3, 5, 12),
    "worthless": (4, 1, 2),
}
SYMBOLS = (
    "ALDN", "BRKV", "CORV", "DUNE", "ELMT", "FJRD", "GRVL", "HOLM", "ISLE", "JUNO", "KELP",
    "LARK", "MIRA", "NOVE", "OSTR", "PYNE", "QUAY", "RILL", "SKYE", "TARN", "ULVA", "VALE",
)  # fmt: skip
SPREAD = ("spread_low", "spread_high")  # the contracts of a vertical spread
_WALK = 25  # a day moves a price by at most 1/25 of itself


def make_market(rng: random.Random, splits: dict[str, tuple[int, int]]) -> dict[str, Asset]:
    """Every asset by role: equities, what the corporate actions turn them into, options, sweep.

    `splits` gives (new, old) for the roles that split.
    """
    symbols = rng.sample(SYMBOLS, len(ROLES))
    market = {
        role: _equity(rng, role, symbol, ROLES[role])
        for role, symbol in zip(ROLES, symbols, strict=True)
    }
    for role, (new, old) in splits.items():
        market[f"{role}_new"] = _successor(rng, scaled(market[role], old, new, 4))
    renamed = market["renamed"]
    market["renamed_new"] = replace(renamed, role="renamed_new", symbol=f"{renamed.symbol}Q")
    market["rights"] = _rights(rng, market["mixed_merger"])
    market["call"] = _option(rng, "call", market["ordinary_a"], "C")
    market["put"] = _option(rng, "put", market["ordinary_a"], "P")
    one = (Decimal(1),) * len(SYSTEM_DATES)
    market["sweep"] = Asset(
        "sweep", "SWEEPFDIC", "SWEEPFDIC", new_uuid(rng), "us_equity", "", 1, one
    )
    return market


def spread_contracts(rng: random.Random, underlying: Asset) -> dict[str, Asset]:
    """Two calls by role, further out of the money than the others; the higher strike is cheaper."""
    low = _option(rng, SPREAD[0], underlying, "C", above=5)
    high = _option(rng, SPREAD[1], underlying, "C", above=15)
    return {SPREAD[0]: low, SPREAD[1]: replace(high, prices=scaled(low, 3, 5, 2).prices)}


def scaled(asset: Asset, numerator: int, denominator: int, places: int) -> Asset:
    """The asset with its prices multiplied by a fraction, rounded half-up to places."""
    prices = tuple(
        ratio(times(price, Decimal(numerator)), Decimal(denominator), places)
        for price in asset.prices
    )
    return replace(asset, prices=prices)


def _equity(rng: random.Random, role: str, symbol: str, bounds: tuple[int, int, int]) -> Asset:
    places, lowest, highest = bounds
    scale = 10**places
    ticks = rng.randrange(lowest * scale, highest * scale)
    prices = []
    for _ in SYSTEM_DATES:
        prices.append(Decimal(ticks).scaleb(-places))
        ticks += rng.randint(-ticks // _WALK, ticks // _WALK)
    exchange = rng.choice(("NASDAQ", "NYSE", "ARCA"))
    cusip, asset_id = new_cusip(rng), new_uuid(rng)
    return Asset(role, symbol, cusip, asset_id, "us_equity", exchange, 1, tuple(prices))


def _successor(rng: random.Random, asset: Asset) -> Asset:
    """The same symbol under a new CUSIP, which makes it a new asset."""
    cusip, asset_id = new_cusip(rng), new_uuid(rng)
    return replace(asset, role=f"{asset.role}_new", cusip=cusip, asset_id=asset_id)


def _rights(rng: random.Random, source: Asset) -> Asset:
    """The contingent value right of a stock-and-cash merger; its CUSIP is its symbol."""
    cusip = with_check_digit(f"{source.cusip[:3]}CVR0{rng.randrange(10, 100) // 10}")
    asset = replace(source, role="rights", symbol=cusip, cusip=cusip, asset_id=new_uuid(rng))
    return scaled(asset, 1, 20, 4)


def _option(rng: random.Random, role: str, underlying: Asset, right: str, above: int = 0) -> Asset:
    """A July 2026 contract near the money, named as the OCC does; prices are per share."""
    strike = int(underlying.prices[0]) // 5 * 5 + above
    symbol = f"{underlying.symbol}260717{right}{strike * 1000:08d}"
    ticks = rng.randrange(120, 900)
    prices = []
    for _ in SYSTEM_DATES:
        prices.append(Decimal(ticks).scaleb(-2))
        ticks += rng.randint(-ticks // 10, ticks // 10)
    return Asset(role, symbol, "", new_uuid(rng), "us_option", "OPRA", 100, tuple(prices))
