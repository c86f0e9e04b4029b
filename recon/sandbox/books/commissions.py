"""The partner's commission: takes what was traded on a day, charges one customer for it.

Half a cent a share, rounded half-up to the cent for each execution, which says its commission and
which the fee names.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.cashflows import Flow, book
from recon.sandbox.books.causes import ExecutionFee
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import half_up, times
from recon.sandbox.books.model import Account

RATE = Decimal("0.005")
PAYER = 1  # the place of the customer who pays commission


def charge_commission(desk: Desk, account: Account, day: int) -> None:
    """Books the commission on every execution of that day that moves shares by itself."""
    for place, trade in enumerate(desk.trades):
        is_his = trade.account_id == account.account_id and trade.system_date == SYSTEM_DATES[day]
        if not is_his or trade.kind not in ("fill", "partial_fill") or trade.fill is None:
            continue
        fee = half_up(times(trade.fill.qty, RATE), 2)
        if trade.legs or not fee:
            continue
        desk.trades[place] = replace(trade, fill=replace(trade.fill, commission=fee))
        cause = ExecutionFee(trade.execution_id)
        book(desk, account, Flow(day, "20:20", "FEE", "COM", -fee, cause))
