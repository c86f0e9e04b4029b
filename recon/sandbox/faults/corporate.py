"""Faults of corporate actions: right books in, one wrong leg out.

A leg booked wrong is in the closing statements too; a leg that is only missing from the stream,
or misprinted, is right there. Only holders who do not trade afterwards are chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from recon.sandbox.books.causes import Split
from recon.sandbox.books.exact import ZERO, half_up, ratio, times
from recon.sandbox.books.legs import PRICE_PLACES, QUANTITY_PLACES
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_action,
    edit_activities,
    shift_cash,
    shift_position,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, symbol_of, trades_from


def split_add_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The ADD leg of a forward split is never published; the statement has the new shares."""
    event = first_free(_added(books, "SPLIT", "FSPLIT"), taken)
    return _planted(edit_activities(books, event), event)


def split_ratio_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """One holder of a reverse split gets a tenth more than the ratio of all others."""
    event = first_free(_added(books, "SPLIT", "RSPLIT"), taken)
    qty = activity_of(event).qty
    extra = half_up(times(qty, Decimal("0.1")), QUANTITY_PLACES)
    edited = _given_otherwise(books, event, extra)
    return _planted(edit_action(edited, event, new_qty=qty + extra), event)


def split_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The ADD leg of a forward split is priced a dollar and a half too high a share."""
    event = first_free(_added(books, "SPLIT", "FSPLIT"), taken)
    return _priced_otherwise(books, event, Decimal("1.5"))


def merger_cash_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The shares of a cash merger go and its cash is not paid."""
    event = first_free(_cash_legs(books), taken)
    amount = -activity_of(event).net_amount
    unpaid = shift_cash(books, event.account_id, event.system_date, amount)
    edited = edit_action(edit_activities(unpaid, event), event, cash_paid=ZERO)
    return _planted(edited, event)


def merger_cash_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A cash merger pays 3.21 dollars more than its rate makes."""
    event = first_free(_cash_legs(books), taken)
    extra = Decimal("3.21")
    amount = activity_of(event).net_amount + extra
    paid = shift_cash(books, event.account_id, event.system_date, extra)
    edited = edit_activities(paid, event, changed(event, net_amount=amount))
    return _planted(edit_action(edited, event, cash_paid=amount), event)


def stock_merger_ratio_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A stock merger gives one share more than its rate makes, at a price to match."""
    event = first_free(_added(books, "MA", "SMA"), taken)
    edited = _given_otherwise(books, event, Decimal(1))
    return _planted(edit_action(edited, event, acquirer_qty=activity_of(event).qty + 1), event)


def merger_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The ADD leg of a stock merger is priced two dollars too high a share."""
    event = first_free(_added(books, "MA", "SMA"), taken)
    return _priced_otherwise(books, event, Decimal(2))


def name_change_qty_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A share is lost when a symbol changes."""
    event = first_free(_added(books, "NC", "SNC"), taken)
    lost = Decimal(-1)
    wrong = changed(event, qty=activity_of(event).qty + lost)
    booked = shift_position(books, event.account_id, symbol_of(event), event.system_date, lost)
    return _planted(edit_activities(booked, event, wrong), event)


def _added(books: Books, entry_type: str, sub_type: str) -> Iterator[Event]:
    """Legs that add to a long holding which is not traded from then on."""
    for event in activities(books, entry_type, sub_type):
        leg = activity_of(event)
        is_removal = isinstance(leg.cause, Split) and leg.cause.old_qty < 0
        if leg.qty > 1 and not is_removal and not trades_from(books, event):
            yield event


def _cash_legs(books: Books) -> Iterator[Event]:
    return (each for each in activities(books, "MA", "CMA") if activity_of(each).net_amount)


def _given_otherwise(books: Books, event: Event, extra: Decimal) -> Books:
    """The leg with another quantity at the price that keeps its value; booked like that."""
    leg = activity_of(event)
    price = ratio(times(leg.qty, leg.price or ZERO), leg.qty + extra, PRICE_PLACES)
    given = shift_position(books, leg.account_id, symbol_of(event), leg.system_date, extra)
    return edit_activities(given, event, changed(event, qty=leg.qty + extra, price=price))


def _priced_otherwise(books: Books, event: Event, extra: Decimal) -> Planted:
    """The leg at a price so much higher; nothing is booked like that."""
    price = (activity_of(event).price or ZERO) + extra
    return _planted(edit_activities(books, event, changed(event, price=price)), event)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
