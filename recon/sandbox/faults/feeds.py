"""Faults of how events come: their days, their ids, their order, and how many there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from recon.sandbox.books.clock import SECOND, SYSTEM_DATES, to_microseconds
from recon.sandbox.books.model import Books
from recon.sandbox.faults.edit import Planted, changed, edit_activities, reworded
from recon.sandbox.faults.places import activities, activity_of, first_free


def booked_on_a_sunday(books: Books, taken: frozenset[str]) -> Planted:
    """Money of a Monday is booked on the Sunday before it."""
    monday = SYSTEM_DATES[4]
    places = (
        event for kind in ("CSW", "CSD") for event in activities(books, kind)
        if event.system_date == monday and activity_of(event).net_amount
    )  # fmt: skip
    event = first_free(places, taken)
    sunday = changed(event, system_date=monday - timedelta(days=1))
    return Planted(edit_activities(books, event, sunday), event.account_id, "", monday)


def event_ahead_of_its_id(books: Books, taken: frozenset[str]) -> Planted:
    """A deposit's message says that it happened ten seconds after its own id was made."""
    event = first_free(activities(books, "CSD"), taken)
    at = event.at + 10 * SECOND
    ahead = replace(reworded(event, at=to_microseconds(at)), at=at)
    return Planted(edit_activities(books, event, ahead), event.account_id, "", event.system_date)
