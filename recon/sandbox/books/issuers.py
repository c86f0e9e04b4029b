"""A fund and a bond of five customers: takes a desk, books what their issuers pay.

Another broker delivers both. The fund pays back capital, then distributes gains of the long and
of the short term and a dividend; one customer has a part of its shares lent, another all of them,
and is paid in lieu of those; of two the dividend is taxed. The bond pays its coupon, then it
matures. The assets, and the generator, are their own, so that no other story depends on them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import Cause, Dividend
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.distributions import withhold
from recon.sandbox.books.exact import half_up, times
from recon.sandbox.books.identity import new_cusip, new_uuid
from recon.sandbox.books.issuer_causes import Coupon, Delivery, Maturity
from recon.sandbox.books.legs import Leg, Notice, book_leg, notice
from recon.sandbox.books.model import Account

_HOLDERS = (1, 3, 7, 2, 4)  # of the desk's accounts; the last two pay tax on dividends
_FUND, _BOND = "fund", "bond"


def issuer_market(rng: random.Random) -> dict[str, Asset]:
    """The fund and the bond by role; each keeps its price."""
    market = {}
    for role, symbol, price in ((_FUND, "FNDX", "41.37"), (_BOND, "BNDX 4.25 2026", "1")):
        prices = (Decimal(price),) * len(SYSTEM_DATES)
        named = (role, symbol, new_cusip(rng), new_uuid(rng), "us_equity", "NYSE", 1)
        market[role] = Asset(*named, prices)
    return market


@dataclass(frozen=True)
class Issuers:
    """The desk with a generator of its own, and the customers concerned."""

    desk: Desk
    holders: tuple[Account, ...]

    def move(self, day: int) -> None:
        """Books everything of that day."""
        if day == 0:
            self._deliver()
        if day == 2:
            self._pay(day, "DIV", "ROC", Decimal("0.11019"))
        if day == 3:
            self._pay(day, "CGD", "LTCG", Decimal("0.45855"))
            self._pay(day, "CGD", "STCG", Decimal("0.0625"))
            self._pay_coupon(day, Decimal("15.625"))
        if day == 4:
            self._pay_dividend(day, Decimal("0.237"))
            self._redeem(day)

    def _deliver(self) -> None:
        """Shares with nine decimals, and a face amount in thousands."""
        rng = self.desk.rng
        for account in self.holders:
            shares = Decimal(rng.randrange(10**11, 10**12)).scaleb(-9)
            for role, qty in ((_FUND, shares), (_BOND, Decimal(rng.randrange(5, 300) * 1000))):
                asset = self.desk.market[role]
                cause = Delivery(f"{rng.randrange(10**14):014d}", new_uuid(rng))
                announced = notice(0, "09:20", "ACATS", "")
                price = asset.prices[0]
                leg = Leg(asset, qty, price=price, cost=times(qty, price))
                self._book(account, announced, leg, cause)

    def _pay(self, day: int, entry_type: str, sub_type: str, rate: Decimal) -> None:
        for account in self.holders:
            self._pay_part(account, day, (entry_type, sub_type), rate, Decimal(1))

    def _pay_dividend(self, day: int, rate: Decimal) -> None:
        """The first holder's shares are all there, the second's in part, the third's all lent."""
        for account, lent in zip(self.holders, ("0", "0.5", "1", "0", "0"), strict=True):
            for sub_type, part in (("CDIV", 1 - Decimal(lent)), ("SPD", Decimal(lent))):
                if part:
                    self._pay_part(account, day, ("DIV", sub_type), rate, part)

    def _pay_part(
        self, account: Account, day: int, kind: tuple[str, str], rate: Decimal, part: Decimal
    ) -> None:
        """Rounded half-up to the cent, on that part of what was held; half a unit goes up."""
        fund = self.desk.market[_FUND]
        recorded = SYSTEM_DATES[day - 1]
        held = self.desk.quantity(account.account_id, fund.symbol)
        whole = half_up(times(held, Decimal("0.5")), 3)
        entitled = {Decimal(1): held, Decimal("0.5"): whole if kind[1] == "SPD" else held - whole}
        qty = entitled[part]
        paid = half_up(times(rate, qty), 2)
        announced = notice(day, "01:21", *kind, fund, settle_date=recorded)
        leg = Leg(fund, net_amount=paid, per_share=rate)
        activity = self._book(account, announced, leg, Dividend(rate, qty, recorded))
        if kind == ("DIV", "CDIV"):
            withhold(self.desk, account, day, activity)

    def _pay_coupon(self, day: int, rate: Decimal) -> None:
        bond = self.desk.market[_BOND]
        for account in self.holders:
            face = self.desk.quantity(account.account_id, bond.symbol)
            paid = half_up(times(face, rate) / 1000, 2)
            announced = notice(day, "12:00", "INT", "FI")
            self._book(account, announced, Leg(bond, net_amount=paid), Coupon(rate, face))

    def _redeem(self, day: int) -> None:
        """The price is for 100 of the face amount."""
        bond = self.desk.market[_BOND]
        for account in self.holders:
            face = self.desk.quantity(account.account_id, bond.symbol)
            cost = self.desk.holdings[account.account_id, bond.symbol].cost
            announced = notice(day, "12:00", "FIMAT", "", bond)
            leg = Leg(bond, -face, face, price=Decimal(100), cost=-cost)
            self._book(account, announced, leg, Maturity(face, face))

    def _book(self, account: Account, announced: Notice, leg: Leg, cause: Cause) -> Activity:
        return book_leg(self.desk, account, replace(announced, cause=cause), leg)


def make_issuers(seed: int, desk: Desk) -> Issuers:
    """The holdings of five of the desk's customers."""
    rng = random.Random(f"issuers of {seed}")  # noqa: S311
    desk.market.update(issuer_market(rng))
    return Issuers(replace(desk, rng=rng), tuple(desk.accounts[place] for place in _HOLDERS))
