"""The broker's back office while the books are made: holdings, cash, and what happened.

Takes movements in the order in which they happen; gives closings. This is the books' own model of
the truth: nothing here adds up events.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.exact import ZERO, half_up, ratio, times
from recon.sandbox.books.model import Account, Closing, Position
from recon.sandbox.books.orders import Trade

_COST_PLACES = 9
_PRICE_PLACES = 4


@dataclass
class Holding:
    """What an account holds of one asset: signed quantity, signed cost in dollars."""

    asset: Asset
    qty: Decimal = ZERO
    cost: Decimal = ZERO

    @property
    def average(self) -> Decimal:
        """Cost per share or per contract unit, rounded half-up to four places."""
        return ratio(self.cost, times(self.qty, Decimal(self.asset.multiplier)), _PRICE_PLACES)


@dataclass
class Desk:
    """Holdings by (account id, symbol), cash by account id, and everything that happened."""

    rng: random.Random
    market: dict[str, Asset]
    accounts: tuple[Account, ...]
    holdings: dict[tuple[str, str], Holding] = field(default_factory=dict)
    cash: dict[str, Decimal] = field(default_factory=dict)
    trades: list[Trade] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)

    def pay(self, account_id: str, amount: Decimal) -> None:
        """Credits an account, debits it where negative."""
        self.cash[account_id] = self.cash.get(account_id, ZERO) + amount

    def move(self, account_id: str, asset: Asset, qty: Decimal, cost: Decimal) -> None:
        """Adds a signed quantity at a signed cost; an emptied holding disappears."""
        key = account_id, asset.symbol
        holding = self.holdings.setdefault(key, Holding(asset))
        holding.asset = asset
        holding.qty += qty
        holding.cost = half_up(holding.cost + cost, _COST_PLACES) if holding.qty else ZERO
        if not holding.qty:
            del self.holdings[key]

    def trade(self, account_id: str, asset: Asset, qty: Decimal, price: Decimal) -> None:
        """Moves a signed execution: what closes leaves at average cost, what opens at its price."""
        held = self.holdings.get((account_id, asset.symbol))
        if held is not None and held.qty * qty < 0:
            if abs(qty) > abs(held.qty):
                raise ValueError(f"expected at most {held.qty} to close; saw {qty} {asset.symbol}")
            cost = ratio(times(held.cost, qty), held.qty, _COST_PLACES)
        else:
            cost = times(qty, price, Decimal(asset.multiplier))
        self.move(account_id, asset, qty, cost)

    def quantity(self, account_id: str, symbol: str) -> Decimal:
        """The signed quantity held, zero where nothing is."""
        held = self.holdings.get((account_id, symbol))
        return held.qty if held else ZERO

    def holders(self, symbol: str) -> list[tuple[Account, Holding]]:
        """Everyone who holds it, in the order of the accounts."""
        found = (
            (account, self.holdings.get((account.account_id, symbol))) for account in self.accounts
        )
        return [(account, holding) for account, holding in found if holding is not None]

    def closing(self, day: int) -> Closing:
        """The books as they are now, with the closing prices of that day's index."""
        positions: dict[str, tuple[Position, ...]] = {}
        for account in self.accounts:
            lines = [
                Position(
                    held.asset,
                    held.qty,
                    held.cost,
                    held.asset.prices[day],
                    held.asset.prices[max(day - 1, 0)],
                )
                for (account_id, _), held in sorted(self.holdings.items())
                if account_id == account.account_id
            ]
            if lines:
                positions[account.account_id] = tuple(lines)
        cash = {
            account.account_id: self.cash.get(account.account_id, ZERO) for account in self.accounts
        }
        return Closing(positions, cash)
