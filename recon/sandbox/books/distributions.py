"""Dividends: takes the holdings at the close before, gives cash, withholding and stock legs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import Dividend, Withholding
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import CENT, half_up, times, truncated
from recon.sandbox.books.legs import QUANTITY_PLACES, Leg, book_leg, notice
from recon.sandbox.books.model import Account


def pay_dividend(desk: Desk, role: str, day: int, rate: Decimal) -> None:
    """CDIV for every holder, rounded half-up to the cent, and DIVNRA where tax is withheld."""
    asset, recorded = desk.market[role], SYSTEM_DATES[day - 1]
    announced = notice(day, "01:09", "DIV", "CDIV", asset, settle_date=recorded)
    for account, holding in desk.holders(asset.symbol):
        gross = half_up(times(rate, holding.qty), 2)
        entitled = replace(announced, cause=Dividend(rate, holding.qty, recorded))
        paid = book_leg(desk, account, entitled, Leg(asset, net_amount=gross, per_share=rate))
        withhold(desk, account, day, paid)


def pay_stock_dividend(desk: Desk, role: str, day: int, rate: Decimal) -> None:
    """SDIV for every holder: `rate` new shares for one, the addition half-up at nine places."""
    asset, recorded = desk.market[role], SYSTEM_DATES[day - 1]
    settles = SYSTEM_DATES[day - 2]
    announced = notice(day, "02:43", "DIV", "SDIV", asset, settle_date=settles)
    for account, holding in desk.holders(asset.symbol):
        paid = half_up(times(holding.qty, rate - 1), QUANTITY_PLACES)
        entitled = replace(announced, cause=Dividend(rate, holding.qty, recorded, paid))
        book_leg(desk, account, entitled, Leg(asset, paid, per_share=rate))


def withhold(desk: Desk, account: Account, day: int, paid: Activity) -> None:
    """The withheld part is cut to the cent; less than one cent is not sent."""
    withheld = truncated(times(paid.net_amount, account.tax_rate) / 100, 2)
    if withheld < CENT or paid.asset is None:
        return
    cause = Withholding(paid.identity, paid.net_amount, account.tax_rate, account.tax_country)
    announced = notice(day, "04:01", "DIVNRA", "", settle_date=SYSTEM_DATES[day - 1])
    book_leg(desk, account, replace(announced, cause=cause), Leg(paid.asset, net_amount=-withheld))
