"""Faults of an account's life: right books in, something in an account that should not be there."""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES, eastern
from recon.sandbox.books.model import Account, Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_activities,
    edit_lifecycle,
    moved,
    numbered_after,
    other_id,
    reworded,
    shift_cash,
)
from recon.sandbox.faults.places import (
    activities,
    activity_of,
    executions,
    first_free,
    symbol_of,
    value,
)

_LEFT_BEHIND = Decimal("12.34")
_BROUGHT = Decimal("5.00")


def trade_while_blocked(books: Books, taken: frozenset[str]) -> Planted:
    """An account's trading is blocked on the first day, and it sells on the next."""
    blocked = _ending(books, taken, closed=False)
    block = next(
        event for event in books.lifecycle["account_status"]
        if event.account_id == blocked.account_id and value(event, "trading_blocked")
    )  # fmt: skip
    day = SYSTEM_DATES[0]
    early = moved(block, eastern(day, "16:45"), day)
    symbol = _symbol(books, blocked)
    sale = executions(books, blocked.account_id, symbol)[-1]
    edited = edit_lifecycle(books, "account_status", block, early)
    return Planted(edited, blocked.account_id, symbol, sale.system_date)


def activity_in_closed_account(books: Books, taken: frozenset[str]) -> Planted:
    """Cash is transferred into an account on the day after it was closed."""
    closed = _ending(books, taken, closed=True)
    deposit = _flow(books, "CSD", closed)
    day = next(day for day in SYSTEM_DATES if closed.closed_on and day > closed.closed_on)
    at = eastern(day, "11:20")
    before = [event for event in books.activities if event.published < at]
    brought = changed(
        numbered_after(moved(deposit, at, day), before[-1]),
        identity=other_id(activity_of(deposit).identity), entry_type="ACATC",
        net_amount=_BROUGHT, settle_date=day,
    )  # fmt: skip
    paid = shift_cash(books, closed.account_id, day, _BROUGHT)
    edited = edit_activities(paid, deposit, deposit, brought)
    return Planted(edited, closed.account_id, "", day)


def closed_with_balance(books: Books, taken: frozenset[str]) -> Planted:
    """An account is closed although its last withdrawal left some cash behind."""
    closed = _ending(books, taken, closed=True)
    event = _flow(books, "CSW", closed)
    less = changed(event, net_amount=activity_of(event).net_amount + _LEFT_BEHIND)
    left = shift_cash(books, closed.account_id, event.system_date, _LEFT_BEHIND)
    edited = edit_activities(left, event, less)
    return Planted(edited, closed.account_id, "", closed.closed_on or event.system_date)


def account_status_jump(books: Books, taken: frozenset[str]) -> Planted:
    """An account becomes active from a status that it was never told to have."""
    event = first_free(
        (
            event for event in books.lifecycle["account_status"]
            if value(event, "status_to") == "ACTIVE"
        ),
        taken,
    )  # fmt: skip
    wrong = reworded(event, status_from="ACTION_REQUIRED")
    edited = edit_lifecycle(books, "account_status", event, wrong)
    return Planted(edited, event.account_id, "", SYSTEM_DATES[0])


def _ending(books: Books, taken: frozenset[str], *, closed: bool) -> Account:
    """The account that is closed, or the one that is blocked. Raises ValueError if taken."""
    for account in books.accounts:
        ends = account.closed_on if closed else account.blocked_on
        if ends is not None and account.account_id not in taken:
            return account
    raise ValueError(f"expected a place outside {len(taken)} taken accounts; saw none")


def _flow(books: Books, entry_type: str, account: Account) -> Event:
    """The account's first deposit or withdrawal."""
    return next(
        event for event in activities(books, entry_type) if event.account_id == account.account_id
    )


def _symbol(books: Books, account: Account) -> str:
    """The symbol that the account trades."""
    traded = (event for event in books.trades if event.account_id == account.account_id)
    return symbol_of(next(traded))
