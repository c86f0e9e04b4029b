"""Faults of how events come: their days, their ids, their order, and how many there are."""

from __future__ import annotations

from datetime import timedelta

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.model import Books
from recon.sandbox.faults.edit import Planted, changed, edit_activities
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
