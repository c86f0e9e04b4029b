"""What happens beside the story: orders, offers, issuers, contracts and fees.

Each has a generator of its own, so that none shifts what another does.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.commissions import PAYER, charge_commission
from recon.sandbox.books.contracts import Contracts, make_contracts
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.fees import charge_fees
from recon.sandbox.books.issuers import Issuers, make_issuers
from recon.sandbox.books.market import spread_contracts
from recon.sandbox.books.model import Account
from recon.sandbox.books.offers import Offers, make_offers, offer_market
from recon.sandbox.books.order_lives import LASTING, OrderLives, make_order_lives, make_order_market
from recon.sandbox.books.spreads import Spreads, make_spreads
from recon.sandbox.books.story import SPREADER
from recon.sandbox.books.trade_fees import charge_trade_fees
from recon.sandbox.books.trading import Trading


class Chances:
    """The generators of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.spreads, self.orders, self.offers, self.fees = (
            random.Random(f"{what} of {seed}")  # noqa: S311  # a story for tests, not a secret
            for what in ("spreads", "orders", "offers", "fees")
        )

    def assets(self, underlying: Asset) -> dict[str, Asset]:
        """The assets that only they trade."""
        contracts = spread_contracts(self.spreads, underlying)
        return contracts | make_order_market(self.orders) | offer_market(self.offers)


@dataclass(frozen=True)
class Beside:
    """All of it, of one desk. `whole` is the desk with the accounts that only they have."""

    spreads: Spreads
    issuers: Issuers
    orders: OrderLives
    offers: Offers
    contracts: Contracts
    desk: Desk
    fees: Desk
    payer: Account
    whole: Desk

    def move(self, day: int) -> None:
        """What moves at the beginning of the day with that index."""
        self.offers.move(day)
        self.issuers.move(day)

    def trade(self, day: int, trading: Trading) -> None:
        """What trades on it, after the story, and the fees on all of it."""
        self.spreads.trade(day)
        self.orders.trade(day)
        charge_fees(self.desk, day, [*trading.sales(day), *self.spreads.sales(day)])
        self.contracts.play(day)
        charge_trade_fees(self.fees, day)
        charge_commission(self.fees, self.payer, day)


def beside(chances: Chances, desk: Desk, customers: Sequence[Account]) -> Beside:
    """Begins all of it."""
    contracts = make_contracts(chances.seed, desk)
    whole = replace(desk, accounts=(*desk.accounts, *contracts.accounts))
    return Beside(
        make_spreads(chances.spreads, desk, customers[SPREADER]),
        make_issuers(chances.seed, desk),
        make_order_lives(chances.orders, desk, customers[LASTING]),
        make_offers(chances.offers, desk),
        contracts,
        desk,
        replace(whole, rng=chances.fees),
        customers[PAYER],
        whole,
    )
