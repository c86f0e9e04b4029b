"""Fees on purchases and sales: takes what was traded on a day, charges ORF, OCC and CAT.

Rates are those in force in June 2026: ORF 0.015 dollars a contract, OCC 0.02 a contract up to 55 an
execution, CAT 0.000003 a share and 0.0003 a contract. ORF and CAT are summed exactly over the day
and rounded up to the cent once; OCC is charged for each execution, which the fee names.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from recon.sandbox.books.cashflows import Flow, book
from recon.sandbox.books.causes import Cause, ExecutionFee, TradeFee
from recon.sandbox.books.clock import SYSTEM_DATES, next_business_day
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import ZERO, cents_up, times
from recon.sandbox.books.model import Account
from recon.sandbox.books.orders import Trade

ORF_RATE = Decimal("0.015")
OCC_RATE, OCC_CAP = Decimal("0.02"), Decimal(55)
CAT_SHARE_RATE, CAT_CONTRACT_RATE = Decimal("0.000003"), Decimal("0.0003")


def charge_trade_fees(desk: Desk, day: int) -> None:
    """Books the fees of every account that traded on that day, by the evening in New York."""
    traded = standing(desk.trades, SYSTEM_DATES[day])
    for account in desk.accounts:
        own = [each for each in traded if each.account_id == account.account_id]
        contracts = [each for each in own if each.ticket.asset.asset_class == "us_option"]
        for each in contracts:
            fee = cents_up(min(times(_qty(each), OCC_RATE), OCC_CAP))
            _charge(desk, account, day, "OCC", fee, ExecutionFee(each.execution_id))
        units, trades = sum(map(_qty, contracts), ZERO), len(contracts)
        cause = TradeFee(SYSTEM_DATES[day], account.number, units, trades)
        _charge(desk, account, day, "ORF", cents_up(times(units, ORF_RATE)), cause)
        shares = sum(map(_qty, own), ZERO) - units
        exact = times(shares, CAT_SHARE_RATE) + times(units, CAT_CONTRACT_RATE)
        cause = TradeFee(SYSTEM_DATES[day], account.number, shares + units, len(own))
        _charge(desk, account, day, "CAT", cents_up(exact), cause)


def standing(trades: Iterable[Trade], system_date: date) -> list[Trade]:
    """The executions of a trade day that count at this moment, each leg by itself."""
    found: dict[str, Trade] = {}
    for trade in (leg for each in trades for leg in (each.legs or (each,))):
        if trade.fill is None or trade.system_date != system_date:
            continue
        earlier = trade.fill.previous_id
        is_of_the_day = not earlier or found.pop(earlier, None) is not None
        if is_of_the_day and trade.kind != "trade_bust":
            found[trade.execution_id] = trade
    return list(found.values())


def _charge(
    desk: Desk, account: Account, day: int, sub_type: str, fee: Decimal, cause: Cause
) -> None:
    if fee:
        settles = next_business_day(SYSTEM_DATES[day])
        book(desk, account, Flow(day, "20:15", "FEE", sub_type, -fee, cause, settles))


def _qty(trade: Trade) -> Decimal:
    return trade.fill.qty if trade.fill else ZERO
