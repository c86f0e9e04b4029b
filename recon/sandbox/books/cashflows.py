"""Money and journals: books deposits, withdrawals, journals, interest and charges on the desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import Cause, Charge, Journal, Note, Withdrawal
from recon.sandbox.books.clock import MILLISECOND, SECOND, SYSTEM_DATES, day_before, eastern
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import ZERO, half_up, times
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.model import Account

_COMMISSION = Decimal("0.0025")


@dataclass(frozen=True)
class Flow:
    """One movement of dollars: what, how much, when in New York; "" for the sub type if none."""

    day: int
    clock: str
    entry_type: str
    sub_type: str
    amount: Decimal
    cause: Cause | None = None
    settle_date: date | None = None
    evening_before: date | None = None
    qty: Decimal = ZERO
    price: Decimal | None = None
    asset: Asset | None = None


def move_cash(desk: Desk, day: int) -> None:
    """Books everything of that day that is neither trade, fee on sales nor corporate action."""
    firm = desk.accounts[0]
    customers = tuple(account for account in desk.accounts if account.is_trader)
    if day == 0:
        book(desk, firm, Flow(0, "08:01", "CSD", "", Decimal(2_000_000)))
        for account in customers:
            amount = Decimal(desk.rng.randrange(15_000_000, 40_000_000)).scaleb(-2)
            book(desk, account, Flow(0, "08:05", "CSD", "", amount))
    if day == 1:
        _charge(desk, firm, customers[0])
        _journal(desk, firm, customers[1], Decimal("250.75"), 1)
    if day in (1, 2):
        _journal_in_two_states(desk, firm, customers[2], day)
    if day in (2, 4):
        amount = Decimal(desk.rng.randrange(10_000, 900_000)).scaleb(-2)
        book(desk, customers[day], Flow(day, "09:10", "CSD", "", amount))
        _withdraw(desk, customers[day + 1], day)
    if day == 3:
        _interest(desk, customers)
    if day == 5:
        _journal(desk, customers[3], firm, Decimal("31.10"), 5)
        _interest_in_units(desk, customers[5], 5)


def book(desk: Desk, account: Account, flow: Flow, identity: str = "",
         status: str = "executed") -> str:  # fmt: skip
    """Books the flow (a pending one moves nothing), notes it down, gives its identity."""
    if status == "executed":
        desk.pay(account.account_id, flow.amount)
    system_date = SYSTEM_DATES[flow.day]
    jitter = desk.rng.randrange(30 * SECOND // MILLISECOND) * MILLISECOND
    activity = Activity(
        identity=identity or new_uuid(desk.rng),
        account_id=account.account_id,
        at=eastern(flow.evening_before or system_date, flow.clock) + jitter + 457_000,
        system_date=system_date,
        settle_date=flow.settle_date or system_date,
        entry_type=flow.entry_type,
        sub_type=flow.sub_type,
        qty=flow.qty,
        net_amount=flow.amount,
        price=flow.price,
        asset=flow.asset,
        cause=flow.cause,
        status=status,
    )
    desk.activities.append(activity)
    return activity.identity


def _withdraw(desk: Desk, account: Account, day: int) -> None:
    """On the first day after the long weekend: sent, and settled, on the evening before it."""
    amount = -Decimal(desk.rng.randrange(1_000, 90_000)).scaleb(-2)
    flow = Flow(day, "10:31", "CSW", "", amount, Withdrawal(new_uuid(desk.rng)))
    if day == day_after_weekend():
        evening = SYSTEM_DATES[day - 1]
        flow = replace(flow, clock="23:35", settle_date=evening, evening_before=evening)
    book(desk, account, flow)


def day_after_weekend() -> int:
    """The index of the first system date after the long weekend."""
    return next(
        day for day in range(1, len(SYSTEM_DATES))
        if day_before(SYSTEM_DATES[day]) != SYSTEM_DATES[day - 1]
    )  # fmt: skip


def _journal(desk: Desk, sender: Account, receiver: Account, amount: Decimal, day: int) -> None:
    journal = Journal(new_uuid(desk.rng), sender.account_id, receiver.account_id)
    book(desk, sender, Flow(day, "11:00", "JNLC", "", -amount, journal))
    book(desk, receiver, Flow(day, "11:01", "JNLC", "", amount, journal))


def _journal_in_two_states(desk: Desk, firm: Account, receiver: Account, day: int) -> None:
    """Both legs are pending on the first day and executed on the next, under the same ids."""
    status = "pending" if day == 1 else "executed"
    clock = "14:40" if day == 1 else "08:15"
    amount = Decimal("1250.50")
    waiting = [activity for activity in desk.activities if activity.status == "pending"]
    journal = (
        waiting[0].cause if waiting
        else Journal(new_uuid(desk.rng), firm.account_id, receiver.account_id)
    )  # fmt: skip
    ids = [activity.identity for activity in waiting] or ["", ""]
    book(desk, firm, Flow(day, clock, "JNLC", "", -amount, journal), ids[0], status)
    book(desk, receiver, Flow(day, clock, "JNLC", "", amount, journal), ids[1], status)


def _charge(desk: Desk, firm: Account, account: Account) -> None:
    """The trading charges of the day before: a fee on a base, and a rebate, which is positive."""
    traded, base = SYSTEM_DATES[0], Decimal(4 * desk.rng.randrange(200, 900) + 1)
    fee = -half_up(times(base, _COMMISSION), 2)
    cause = Charge(traded, "Non-Retail - Alpaca Trading Fee")
    book(desk, account, Flow(1, "04:00", "FEE", "NRC", fee, cause, qty=base, price=_COMMISSION))
    cause = Charge(traded, "Non-Retail - Exchange Fees/Rebates")
    book(desk, account, Flow(1, "04:00", "FEE", "NRV", Decimal("0.05"), cause))
    book(desk, firm, Flow(1, "04:00", "FEE", "NRV", Decimal("-1.17"), cause))


def _interest(desk: Desk, customers: tuple[Account, ...]) -> None:
    paid = Decimal(desk.rng.randrange(3, 400)).scaleb(-2)
    before = SYSTEM_DATES[2]
    month = Note("Monthly Int - MAY 2026")
    book(desk, customers[0], Flow(3, "00:56", "INT", "CDT", paid, month, before))
    book(desk, customers[4], Flow(3, "00:56", "INT", "MGN", Decimal("-54.14"), month, before))
    book(desk, customers[6], Flow(3, "00:56", "INT", "", Decimal("-0.02"), month, before))
    _interest_in_units(desk, customers[1], 3)


def _interest_in_units(desk: Desk, account: Account, day: int) -> None:
    """INT/SWP: units of the bank sweep, a position and no cash."""
    sweep, units = desk.market["sweep"], Decimal(desk.rng.randrange(101, 2000)).scaleb(-2)
    desk.move(account.account_id, sweep, units, units)
    month = Note("June 2026 Sweep")
    book(desk, account, Flow(day, "18:00", "INT", "SWP", ZERO, month, qty=units, asset=sweep))
