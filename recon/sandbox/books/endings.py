"""The accounts that come to an end, and a fee taken back: what every seed's books have beside.

One customer's second deposit is returned by the bank and the account's trading blocked the same
evening; another takes all money out and leaves. A locate fee is canceled a day after it.
"""

from __future__ import annotations

import random
from decimal import Decimal

from recon.sandbox.books.cashflows import Flow, book
from recon.sandbox.books.causes import Note, Withdrawal
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.model import Account
from recon.sandbox.books.script import Script

BLOCKED_DAY, CLOSED_DAY = 3, 3
_RETURNED = Decimal(800)
_LOCATE = Decimal("-7.35")
_SHORT_SELLER = 6  # the place of the customer who sells short


def ending_accounts(rng: random.Random) -> tuple[Account, Account]:
    """The one that will be blocked and the one that will be closed."""
    numbers = [str(rng.randrange(300_000_000, 1_000_000_000)) for _ in range(2)]
    return (
        Account(new_uuid(rng), numbers[0], blocked_on=SYSTEM_DATES[BLOCKED_DAY]),
        Account(new_uuid(rng), numbers[1], closed_on=SYSTEM_DATES[CLOSED_DAY]),
    )


def write_endings(script: Script, account: Account) -> None:
    """The orders of the account that will be blocked, all on the days before."""
    script.order(account, "ordinary_b", "buy", 0, "11:25", "32", 2)
    script.order(account, "ordinary_b", "sell", 1, "13:35", "12.5", opens=False)


def move_at_endings(desk: Desk, day: int) -> None:
    """Books the money of both accounts, and the fee and its cancel."""
    blocked = next(each for each in desk.accounts if each.blocked_on is not None)
    closed = next(each for each in desk.accounts if each.closed_on is not None)
    if day == 0:
        book(desk, blocked, Flow(0, "08:07", "CSD", "", Decimal(5000)))
        book(desk, closed, Flow(0, "08:07", "CSD", "", Decimal(1200)))
    if day == 1:
        book(desk, blocked, Flow(1, "09:20", "CSD", "", _RETURNED))
    if day == CLOSED_DAY - 1:
        sent = Withdrawal(new_uuid(desk.rng))
        book(desk, closed, Flow(day, "10:40", "CSW", "", Decimal(-1200), sent))
    if day == BLOCKED_DAY:
        _give_back(desk, blocked, day)
    if day in (3, 4):
        _locate(desk, day)


def _give_back(desk: Desk, account: Account, day: int) -> None:
    """The account's second deposit goes back to the bank."""
    _, deposit = (each for each in desk.activities if each.account_id == account.account_id
                  and each.entry_type == "CSD")  # fmt: skip
    back = Withdrawal(new_uuid(desk.rng), returned=deposit.identity)
    book(desk, account, Flow(day, "15:55", "CSW", "", -deposit.net_amount, back))


def _locate(desk: Desk, day: int) -> None:
    """Charged on the first day, canceled on the next under the same id."""
    account = desk.accounts[_SHORT_SELLER]
    flow = Flow(day, "09:40", "FEE", "LOC", _LOCATE, Note("Locate fee"))
    earlier = [each.identity for each in desk.activities if each.sub_type == "LOC"]
    if not earlier:
        book(desk, account, flow)
        return
    desk.pay(account.account_id, -_LOCATE)
    book(desk, account, flow, earlier[0], "canceled")
