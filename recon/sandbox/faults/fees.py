"""Faults of fees and interest: right books in, one wrong thing out, which is in the statement."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.causes import Cause, ExecutionFee
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_activities,
    other_id,
    repeated,
    shift_cash,
)
from recon.sandbox.faults.places import activities, activity_of, first_free


def orf_fee_too_high(books: Books, taken: frozenset[str]) -> Planted:
    """An account is charged seven cents too much options regulatory fee for one day."""
    return _charged_more(books, first_free(activities(books, "FEE", "ORF"), taken))


def occ_fee_too_high(books: Books, taken: frozenset[str]) -> Planted:
    """An execution of contracts is charged seven cents too much clearing fee."""
    return _charged_more(books, first_free(activities(books, "FEE", "OCC"), taken))


def cat_fee_too_high(books: Books, taken: frozenset[str]) -> Planted:
    """An account is charged seven cents too much audit trail fee for one day."""
    return _charged_more(books, first_free(activities(books, "FEE", "CAT"), taken))


def cent_fee_charged_twice(books: Books, taken: frozenset[str]) -> Planted:
    """A fee of one cent is charged a second time, under an id of its own."""
    places = (
        event for event in activities(books, "FEE", "TAF")
        if activity_of(event).net_amount == Decimal("-0.01")
    )  # fmt: skip
    return _charged_again(books, first_free(places, taken))


def fee_of_unknown_execution(books: Books, taken: frozenset[str]) -> Planted:
    """An account is charged a clearing fee for an execution that there is not."""
    event = first_free(activities(books, "FEE", "OCC"), taken)
    cause = activity_of(event).cause
    if not isinstance(cause, ExecutionFee):
        raise ValueError(f"expected the fee of an execution; saw {cause}")
    return _charged_again(books, event, replace(cause, execution_id=other_id(cause.execution_id)))


def non_retail_fee_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A commission is seven cents more than its quantity and price make."""
    return _charged_more(books, first_free(activities(books, "FEE", "NRC"), taken))


def commission_too_high(books: Books, taken: frozenset[str]) -> Planted:
    """An execution is charged seven cents more commission than it says."""
    return _charged_more(books, first_free(activities(books, "FEE", "COM"), taken))


def interest_booked_twice(books: Books, taken: frozenset[str]) -> Planted:
    """The interest of a month is booked a second time, under an id of its own."""
    places = (
        event for event in activities(books, "INT") if activity_of(event).sub_type in ("CDT", "MGN")
    )
    return _charged_again(books, first_free(places, taken))


def _charged_more(books: Books, event: Event) -> Planted:
    extra = Decimal("-0.07")
    wrong = changed(event, net_amount=activity_of(event).net_amount + extra)
    return _planted(edit_activities(books, event, wrong), event, extra)


def _charged_again(books: Books, event: Event, cause: Cause | None = None) -> Planted:
    activity = activity_of(event)
    again = changed(
        repeated(event), identity=other_id(activity.identity), cause=cause or activity.cause
    )
    return _planted(edit_activities(books, event, event, again), event, activity.net_amount)


def _planted(books: Books, event: Event, paid: Decimal) -> Planted:
    charged = shift_cash(books, event.account_id, event.system_date, paid)
    return Planted(charged, event.account_id, "", event.system_date)
