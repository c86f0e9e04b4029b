"""Regulatory fees on sales: takes a day's sale executions, gives one amount a fee and account.

Rates are those in force in June 2026: SEC Section 31 20.60 dollars a million of proceeds since
2026-04-04, FINRA TAF 0.000195 a share up to 9.79 an execution and 0.00329 a contract in 2026.
A fee is summed exactly over the day and rounded up to the cent once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from recon.sandbox.books.cashflows import Flow, book
from recon.sandbox.books.causes import SaleFee
from recon.sandbox.books.clock import SYSTEM_DATES, next_business_day
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import ZERO, cents_up, times
from recon.sandbox.books.trading import Execution

SEC_RATE = Decimal("0.00002060")
TAF_SHARE_RATE = Decimal("0.000195")
TAF_SHARE_CAP = Decimal("9.79")
TAF_CONTRACT_RATE = Decimal("0.00329")


def charge_fees(desk: Desk, day: int, sales: Sequence[Execution]) -> None:
    """Books REG and TAF for every account that sold on that trade day, at 20:15 New York."""
    for account in desk.accounts:
        sold = [item for item in sales if item.ticket.account_id == account.account_id]
        proceeds = sum((_proceeds(item) for item in sold), ZERO)
        units = sum((item.qty for item in sold), ZERO)
        cause = SaleFee(SYSTEM_DATES[day], account.number, proceeds, units, len(sold))
        amounts = (
            ("REG", cents_up(times(proceeds, SEC_RATE))),
            ("TAF", cents_up(sum((_taf(item) for item in sold), ZERO))),
        )
        for sub_type, amount in amounts:
            if amount:
                settles = next_business_day(SYSTEM_DATES[day])
                book(desk, account, Flow(day, "20:15", "FEE", sub_type, -amount, cause, settles))


def _proceeds(execution: Execution) -> Decimal:
    multiplier = Decimal(execution.ticket.asset.multiplier)
    return times(execution.qty, execution.price, multiplier)


def _taf(execution: Execution) -> Decimal:
    if execution.ticket.asset.asset_class == "us_option":
        return times(execution.qty, TAF_CONTRACT_RATE)
    return min(times(execution.qty, TAF_SHARE_RATE), TAF_SHARE_CAP)
