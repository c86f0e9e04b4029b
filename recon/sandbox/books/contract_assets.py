"""What the story of option contracts is played with: a seeded generator gives assets and accounts.

Two underlyings that nothing else trades, calls far in the money, and puts: one that will expire
worthless, and one that is exercised early. Contracts of the second underlying are adjusted once.
"""

from __future__ import annotations

import random
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.identity import new_cusip, new_uuid
from recon.sandbox.books.model import Account

# role: the underlying, root, expiry, kind, and how far the strike is from the price in dollars.
_CONTRACTS = {
    "ending_call": ("optioned", "WREN", "260617", "C", -10),
    "ending_put": ("optioned", "WREN", "260617", "P", -10),
    "early_put": ("optioned", "WREN", "260717", "P", 25),
    "spun_call": ("spun", "XENO", "260717", "C", -15),
    "spun_call_new": ("spun", "XENO1", "260717", "C", -15),
}


def contract_assets(rng: random.Random) -> dict[str, Asset]:
    """The assets by role; an underlying's price stays within a dollar of its first one."""
    assets = {
        "optioned": _share(rng, "optioned", "WREN", rng.randrange(40, 90)),
        "spun": _share(rng, "spun", "XENO", rng.randrange(50, 95)),
        "spun_off": _share(rng, "spun_off", "XENS", rng.randrange(5, 9)),
    }
    for role, (underlying, root, expiry, kind, away) in _CONTRACTS.items():
        strike = int(assets[underlying].prices[0]) // 5 * 5 + away
        symbol = f"{root}{expiry}{kind}{strike * 1000:08d}"
        prices = tuple(Decimal(rng.randrange(120, 900)).scaleb(-2) for _ in SYSTEM_DATES)
        assets[role] = Asset(role, symbol, "", new_uuid(rng), "us_option", "OPRA", 100, prices)
    return assets


def contract_accounts(rng: random.Random) -> tuple[Account, Account, Account]:
    """Who holds the contracts, who wrote them, and a second holder."""
    holder, writer, second = (
        Account(new_uuid(rng), str(rng.randrange(300_000_000, 1_000_000_000))) for _ in range(3)
    )
    return holder, writer, second


def strike_of(contract: Asset) -> Decimal:
    """The strike that the symbol names."""
    return Decimal(contract.symbol[-8:]).scaleb(-3)


def _share(rng: random.Random, role: str, symbol: str, dollars: int) -> Asset:
    prices = tuple(
        Decimal(dollars * 100 + rng.randrange(-100, 100)).scaleb(-2) for _ in SYSTEM_DATES
    )
    return Asset(role, symbol, new_cusip(rng), new_uuid(rng), "us_equity", "NYSE", 1, prices)
