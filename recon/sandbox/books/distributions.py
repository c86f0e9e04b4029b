"""Dividends: takes the holdings at the close before, gives cash, withholding and stock legs."""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import CENT, half_up, plain, times, truncated
from recon.sandbox.books.legs import QUANTITY_PLACES, Leg, book_leg, notice
from recon.sandbox.books.model import Account, Asset


def pay_dividend(desk: Desk, role: str, day: int, rate: Decimal) -> None:
    """CDIV for every holder, rounded half-up to the cent, and DIVNRA where tax is withheld."""
    asset = desk.market[role]
    recorded = SYSTEM_DATES[day - 1]
    announced = notice(day, "01:09", "DIV", "CDIV", settle_date=recorded)
    for account, holding in desk.holders(asset.symbol):
        gross = half_up(times(rate, holding.qty), 2)
        text = _entitlement("Cash", rate, holding.qty, recorded.isoformat())
        leg = Leg(asset, net_amount=gross, per_share=rate, description=text)
        book_leg(desk, account, announced, leg)
        _withhold(desk, account, asset, day, gross)


def pay_stock_dividend(desk: Desk, role: str, day: int, rate: Decimal) -> None:
    """SDIV for every holder: `rate` new shares for one, the addition half-up at nine places."""
    asset = desk.market[role]
    recorded = SYSTEM_DATES[day - 1]
    announced = notice(day, "02:43", "DIV", "SDIV", settle_date=SYSTEM_DATES[day - 2])
    for account, holding in desk.holders(asset.symbol):
        paid = half_up(times(holding.qty, rate - 1), QUANTITY_PLACES)
        text = _entitlement("Stock", rate, holding.qty, recorded.isoformat())
        book_leg(desk, account, announced, Leg(asset, paid, per_share=rate, description=text))


def _withhold(desk: Desk, account: Account, asset: Asset, day: int, gross: Decimal) -> None:
    """The withheld part is cut to the cent; less than one cent is not sent."""
    withheld = truncated(times(gross, account.tax_rate) / 100, 2)
    if withheld < CENT:
        return
    text = (
        f"DIV tax withholding on ${plain(gross)} at {plain(account.tax_rate)}% "
        f"for tax country {account.tax_country}; w8w9: w8"
    )
    announced = notice(day, "04:01", "DIVNRA", "", text, settle_date=SYSTEM_DATES[day - 1])
    book_leg(desk, account, announced, Leg(asset, net_amount=-withheld))


def _entitlement(kind: str, rate: Decimal, qty: Decimal, recorded: str) -> str:
    return f"{kind} DIV @ {plain(rate)}, Pos QTY: {plain(qty)}, Rec Date: {recorded}"
