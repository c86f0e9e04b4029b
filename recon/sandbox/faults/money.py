"""Faults of journals and transfers: right books in, money that does not follow its states."""

from __future__ import annotations

from collections.abc import Iterator

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import Planted, edit_activities, shift_cash
from recon.sandbox.faults.places import activities, activity_of, first_free
from recon.sandbox.messages.transfers import returned_of


def journal_leg_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The sender's side of a journal of cash is never published; the statement has it."""
    event = first_free(_received(books), taken)
    sent = next(leg for leg in _legs(books, event) if leg.account_id != event.account_id)
    return _planted(edit_activities(books, sent), event)


def journal_never_posted(books: Books, taken: frozenset[str]) -> Planted:
    """A journal of cash is told to be executed, and neither side of it is booked."""
    event = first_free(_received(books), taken)
    edited = books
    for leg in _legs(books, event):
        edited = _unbooked(edited, leg)
    return _planted(edited, event)


def transfer_never_posted(books: Books, taken: frozenset[str]) -> Planted:
    """A deposit is told to be complete, and its cash is not booked."""
    traders = {account.account_id for account in books.accounts if account.is_trader}
    places = (
        event for event in activities(books, "CSD")
        if SYSTEM_DATES[0] < event.system_date < SYSTEM_DATES[-1] and event.account_id in traders
    )  # fmt: skip
    event = first_free(places, taken)
    return _planted(_unbooked(books, event), event)


def returned_transfer_not_reversed(books: Books, taken: frozenset[str]) -> Planted:
    """A deposit is told to be returned, and its cash stays in the account."""
    places = (event for event in activities(books, "CSW") if returned_of(activity_of(event)))
    event = first_free(places, taken)
    return _planted(_unbooked(books, event), event)


def _received(books: Books) -> Iterator[Event]:
    """The sides that get cash of journals which never waited, before the last date."""
    firm = {account.account_id for account in books.accounts if account.is_firm}
    told = [activity_of(event).identity for event in activities(books, "JNLC")]
    for event in activities(books, "JNLC"):
        leg = activity_of(event)
        once = told.count(leg.identity) == 1
        if once and leg.net_amount > 0 and leg.account_id not in firm:
            yield event


def _legs(books: Books, event: Event) -> Iterator[Event]:
    """Both sides of the journal that the event is a side of."""
    journal = activity_of(event).cause
    return (leg for leg in activities(books, "JNLC") if activity_of(leg).cause == journal)


def _unbooked(books: Books, event: Event) -> Books:
    """The books without the activity and without its cash."""
    amount = -activity_of(event).net_amount
    return edit_activities(shift_cash(books, event.account_id, event.system_date, amount), event)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, "", event.system_date)
