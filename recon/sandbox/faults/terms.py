"""Faults of what an activity may print: right books in, one with another sign, shape, digits or
currency out, or one that never comes to an end. The statements follow the amounts."""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_activities,
    edit_typed,
    shift_cash,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, symbol_of


def margin_interest_credited(books: Books, taken: frozenset[str]) -> Planted:
    """Margin interest is paid to the customer instead of charged."""
    event = first_free(activities(books, "INT", "MGN"), taken)
    return _paid_otherwise(books, event, -2 * activity_of(event).net_amount)


def dividend_with_shares(books: Books, taken: frozenset[str]) -> Planted:
    """A cash dividend has a quantity beside its cash; no position moves."""
    event = first_free(activities(books, "DIV", "CDIV"), taken)
    wrong = changed(event, qty=Decimal(3))
    return _planted(edit_activities(books, event, wrong), event)


def interest_of_half_a_cent(books: Books, taken: frozenset[str]) -> Planted:
    """Interest of a month is paid with half a cent more, as it was accrued."""
    places = (e for e in activities(books, "INT") if activity_of(e).net_amount)
    return _paid_otherwise(books, first_free(places, taken), Decimal("0.005"))


def activity_in_other_currency(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream names euros for a deposit to an account in dollars."""
    event = first_free(activities(books, "CSD"), taken)
    identity = activity_of(event).identity
    return _planted(edit_typed(books, identity, {"currency": "EUR"}), event)


def journal_stays_pending(books: Books, taken: frozenset[str]) -> Planted:
    """A journal of cash that was announced is neither executed nor canceled."""
    waiting = [e for e in activities(books, "JNLC") if activity_of(e).status == "pending"]
    firm = {account.account_id for account in books.accounts if account.is_firm}
    event = first_free((e for e in waiting if e.account_id not in firm), taken)
    ids = {activity_of(e).identity for e in waiting}
    edited = books
    for leg in list(activities(books, "JNLC")):
        fact = activity_of(leg)
        if fact.identity in ids and fact.status == "executed":
            unpaid = shift_cash(edited, leg.account_id, leg.system_date, -fact.net_amount)
            edited = edit_activities(unpaid, leg)
    return Planted(edited, event.account_id, "", SYSTEM_DATES[4])


def _paid_otherwise(books: Books, event: Event, extra: Decimal) -> Planted:
    wrong = changed(event, net_amount=activity_of(event).net_amount + extra)
    paid = shift_cash(books, event.account_id, event.system_date, extra)
    return _planted(edit_activities(paid, event, wrong), event)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
