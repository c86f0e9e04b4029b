"""Faults of fees, income and the non-trade stream: right books in, one wrong thing out.

A wrong amount is really booked, so the closing statements contain it; a fault of the stream
alone leaves them right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.causes import Dividend, Note
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.exact import half_up, times
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_action,
    edit_activities,
    other_id,
    repeated,
    shift_cash,
    shift_position,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, symbol_of, trades_from

_HALF = Decimal("0.5")


def sec_fee_too_high(books: Books, taken: frozenset[str]) -> Planted:
    """An account is charged seven cents too much SEC fee for one day."""
    event = first_free(activities(books, "FEE", "REG"), taken)
    return _paid_otherwise(books, event, Decimal("-0.07"))


def taf_fee_missing(books: Books, taken: frozenset[str]) -> Planted:
    """An account that sold is not charged the TAF of that day."""
    places = (
        event for event in activities(books, "FEE", "TAF") if event.system_date < SYSTEM_DATES[-1]
    )
    event = first_free(places, taken)
    fee = activity_of(event).net_amount
    refunded = shift_cash(books, event.account_id, event.system_date, -fee)
    return _planted(edit_activities(refunded, event), event)


def dividend_rate_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A dividend is paid at a rate a tenth above the announced one."""
    event = first_free(_untaxed_dividends(books), taken)
    paid = activity_of(event).cause
    if not isinstance(paid, Dividend):
        raise ValueError(f"expected a dividend; saw {paid}")
    extra = half_up(times(paid.rate, paid.entitled_qty, Decimal("0.1")), 2)
    return _paid_otherwise(books, event, extra)


def dividend_paid_twice(books: Books, taken: frozenset[str]) -> Planted:
    """A dividend is paid a second time, under an id of its own."""
    event = first_free(_untaxed_dividends(books), taken)
    activity = activity_of(event)
    again = changed(repeated(event), identity=other_id(activity.identity))
    paid = shift_cash(books, event.account_id, event.system_date, activity.net_amount)
    return _planted(edit_activities(paid, event, event, again), event)


def withholding_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """Thirty-seven cents more tax is withheld than the stated rate makes."""
    event = first_free(activities(books, "DIVNRA", ""), taken)
    return _paid_otherwise(books, event, Decimal("-0.37"))


def stock_dividend_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A stock dividend gives half a share more than its rate makes."""
    places = (
        event for event in activities(books, "DIV", "SDIV")
        if not trades_from(books, event)
    )  # fmt: skip
    event = first_free(places, taken)
    qty = activity_of(event).qty + _HALF
    given = shift_position(books, event.account_id, symbol_of(event), event.system_date, _HALF)
    edited = edit_activities(given, event, changed(event, qty=qty))
    return _planted(edit_action(edited, event, paid_qty=qty), event)


def malformed_event(books: Books, taken: frozenset[str]) -> Planted:
    """An interest event's JSON text is cut off; its money is in the statement."""
    places = (event for event in activities(books, "INT") if activity_of(event).net_amount)
    event = first_free(places, taken)
    cut = replace(event, raw=event.text[: 2 * len(event.text) // 3])
    return _planted(edit_activities(books, event, cut), event)


def unknown_activity_type(books: Books, taken: frozenset[str]) -> Planted:
    """Money moves under an entry type that nobody has documented."""
    places = (event for event in activities(books, "CSD") if event.system_date == SYSTEM_DATES[0])
    event = first_free(places, taken)
    amount = Decimal("-12.34")
    unknown = changed(
        repeated(event), identity=other_id(activity_of(event).identity), entry_type="XYZ",
        net_amount=amount, cause=Note("Undocumented charge"),
    )  # fmt: skip
    charged = shift_cash(books, event.account_id, event.system_date, amount)
    return _planted(edit_activities(charged, event, event, unknown), event)


def activity_content_changed(books: Books, taken: frozenset[str]) -> Planted:
    """A deposit is published again under its id with another amount; the first one is booked."""
    event = first_free(activities(books, "CSD"), taken)
    again = changed(repeated(event), net_amount=activity_of(event).net_amount + 10)
    return _planted(edit_activities(books, event, event, again), event)


def _untaxed_dividends(books: Books) -> Iterator[Event]:
    taxed = {account.account_id for account in books.accounts if account.tax_rate}
    return (e for e in activities(books, "DIV", "CDIV") if e.account_id not in taxed)


def _paid_otherwise(books: Books, event: Event, extra: Decimal) -> Planted:
    wrong = changed(event, net_amount=activity_of(event).net_amount + extra)
    paid = shift_cash(books, event.account_id, event.system_date, extra)
    return _planted(edit_activities(paid, event, wrong), event)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
