"""What can be held: an asset with its identifiers and closing prices. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Asset:
    """Something held. `prices` has one closing price for each system date of the books."""

    role: str
    symbol: str
    cusip: str
    asset_id: str
    asset_class: str
    exchange: str
    multiplier: int
    prices: tuple[Decimal, ...]
