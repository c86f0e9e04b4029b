"""The broker's totals per security: takes a date's closing books, gives the report's lines.

Common stock and crypto only, as documented: no options, no sweep units, and no line for an asset
that nobody holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.exact import ZERO, half_up, plain, times
from recon.sandbox.books.model import Closing, Payload, Position

_CLASSES = ("us_equity", "crypto")
_VALUE_PLACES = 4


def is_listed(asset: Asset) -> bool:
    """Whether the report covers the asset."""
    return asset.asset_class in _CLASSES and asset.role != "sweep"


def aggregate_report(
    closing: Closing, left_out: Collection[str], symbols: Collection[str]
) -> list[Payload]:
    """One line for each asset, without the accounts left out; of all symbols if none is given."""
    held: dict[str, list[Position]] = defaultdict(list)
    for account_id, lines in closing.positions.items():
        for line in lines if account_id not in left_out else ():
            if is_listed(line.asset) and (not symbols or line.asset.symbol in symbols):
                held[line.asset.asset_id].append(line)
    report = [_line(lines, closing) for lines in held.values()]
    return sorted(report, key=lambda line: (str(line["symbol"]), str(line["cusip"])))


def _line(lines: list[Position], closing: Closing) -> Payload:
    asset, price = lines[0].asset, lines[0].price
    excess = closing.aggregate_excess.get(asset.symbol, ZERO)
    long = sum((line.qty for line in lines if line.qty > 0), ZERO) + excess
    short = -sum((line.qty for line in lines if line.qty < 0), ZERO)
    return {
        "asset_type": asset.asset_class,
        "closing_price": _value(price),
        "cusip": asset.cusip,
        "long_market_value": _value(times(long, price)),
        "long_qty": plain(long),
        "num_accounts": len(lines),
        "short_market_value": _value(times(short, price)),
        "short_qty": plain(short),
        "symbol": asset.symbol,
    }


def _value(amount: Decimal) -> str:
    """Four places as in the documented example, which prints zero as 0."""
    return format(half_up(amount, _VALUE_PLACES), "f") if amount else "0"
