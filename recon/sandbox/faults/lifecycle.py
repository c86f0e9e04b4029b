"""Faults of what the broker tells of its states: right books in, a message that is lost or wrong.

No money moves otherwise than in the right books, so the statements stay right.
"""

from __future__ import annotations

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    edit_activities,
    edit_lifecycle,
    edit_typed,
    other_id,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, value
from recon.sandbox.messages.typed import cancel_id


def canceled_state_missing(books: Books, taken: frozenset[str]) -> Planted:
    """A canceled fee is never told to be canceled; the statement has its money back."""
    event = _canceled(books, taken)
    return _planted(edit_activities(books, event), event)


def cancel_of_unknown_activity(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream cancels an activity that nobody was told of."""
    event = _canceled(books, taken)
    identity = activity_of(event).identity
    wrong = edit_typed(books, cancel_id(identity), {"previous_id": other_id(identity)})
    return _planted(wrong, event)


def journal_state_lost(books: Books, taken: frozenset[str]) -> Planted:
    """A journal is executed without having been sent to clearing, on both versions."""
    return _lost(books, taken, "journal_id", ("journal_status", "journal_status_v1"))


def transfer_state_lost(books: Books, taken: frozenset[str]) -> Planted:
    """A transfer is complete without having been sent to clearing, on both streams."""
    return _lost(books, taken, "transfer_id", ("transfer_status", "funding_status"))


def account_never_opened(books: Books, taken: frozenset[str]) -> Planted:
    """Nothing is ever told of how an account was opened."""
    traders = {account.account_id for account in books.accounts if account.is_trader}
    told = [event for event in books.lifecycle["account_status"] if event.account_id in traders]
    first, edited = first_free(told, taken), books
    for event in told:
        if event.account_id == first.account_id:
            edited = edit_lifecycle(edited, "account_status", event)
    return Planted(edited, first.account_id, "", SYSTEM_DATES[0])


def _canceled(books: Books, taken: frozenset[str]) -> Event:
    fees = activities(books, "FEE")
    return first_free((fee for fee in fees if activity_of(fee).status == "canceled"), taken)


def _lost(books: Books, taken: frozenset[str], name: str, streams: tuple[str, str]) -> Planted:
    """The books without the step to clearing of the first thing, on the stream and its twin."""
    places = (event for event in books.lifecycle[streams[0]] if _is_clearing(event, ""))
    free = first_free(places, taken)
    identity, edited = value(free, name), books
    for stream in streams:
        for event in books.lifecycle[stream]:
            if _is_clearing(event, identity):
                edited = edit_lifecycle(edited, stream, event)
    return _planted(edited, free)


def _is_clearing(event: Event, identity: str) -> bool:
    """Whether the event is the step to clearing of that thing, of any where that is empty."""
    of = (value(event, "journal_id"), value(event, "transfer_id"), value(event, "entity_id"))
    return value(event, "status_to").lower() == "sent_to_clearing" and (
        identity in of or not identity
    )


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, "", event.system_date)
