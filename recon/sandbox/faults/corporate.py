"""Faults of corporate actions: right books in, one wrong leg out.

A leg booked wrong is in the closing statements too; a leg that is only missing from the stream,
or misprinted, is right there. Only holders who do not trade afterwards are chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from recon.sandbox.books.exact import half_up, plain, ratio, times
from recon.sandbox.books.legs import PRICE_PLACES, QUANTITY_PLACES
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.activity import activities
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_activities,
    first_free,
    shift_cash,
    shift_position,
    trades_from,
    value,
)


def split_add_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The ADD leg of a forward split is never published; the statement has the new shares."""
    event = first_free(_added(books, "SPLIT", "FSPLIT"), taken)
    return _planted(edit_activities(books, event), event)


def split_ratio_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """One holder of a reverse split gets a tenth more than the ratio of all others."""
    event = first_free(_added(books, "SPLIT", "RSPLIT"), taken)
    extra = half_up(times(value(event, "qty"), Decimal("0.1")), QUANTITY_PLACES)
    edited = _given_otherwise(books, event, extra)
    old, new = (f"To QTY:{plain(qty)}," for qty in _quantities(event, extra))
    for leg in activities(edited, "SPLIT", "RSPLIT"):
        if leg.account_id == event.account_id:
            text = value(leg, "description").replace(old, new)
            edited = edit_activities(edited, leg, changed(leg, description=text))
    return _planted(edited, event)


def split_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The ADD leg of a forward split is priced a dollar and a half too high a share."""
    event = first_free(_added(books, "SPLIT", "FSPLIT"), taken)
    wrong = changed(event, price=value(event, "price") + Decimal("1.5"))
    return _planted(edit_activities(books, event, wrong), event)


def merger_cash_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The shares of a cash merger go and its cash is not paid."""
    event = first_free(_cash_legs(books), taken)
    amount = -value(event, "net_amount")
    unpaid = shift_cash(books, event.account_id, event.system_date, amount)
    return _planted(edit_activities(unpaid, event), event)


def merger_cash_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A cash merger pays 3.21 dollars more than its rate makes."""
    event = first_free(_cash_legs(books), taken)
    extra = Decimal("3.21")
    wrong = changed(event, net_amount=value(event, "net_amount") + extra)
    paid = shift_cash(books, event.account_id, event.system_date, extra)
    return _planted(edit_activities(paid, event, wrong), event)


def stock_merger_ratio_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A stock merger gives one share more than its rate makes, at a price to match."""
    event = first_free(_added(books, "MA", "SMA"), taken)
    return _planted(_given_otherwise(books, event, Decimal(1)), event)


def merger_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The ADD leg of a stock merger is priced two dollars too high a share."""
    event = first_free(_added(books, "MA", "SMA"), taken)
    wrong = changed(event, price=value(event, "price") + 2)
    return _planted(edit_activities(books, event, wrong), event)


def name_change_qty_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A share is lost when a symbol changes."""
    event = first_free(_added(books, "NC", "SNC"), taken)
    lost = Decimal(-1)
    wrong = changed(event, qty=value(event, "qty") + lost)
    booked = shift_position(
        books, event.account_id, value(event, "symbol"), event.system_date, lost
    )
    return _planted(edit_activities(booked, event, wrong), event)


def _added(books: Books, entry_type: str, sub_type: str) -> Iterator[Event]:
    """Legs that add to a long holding which is not traded from then on."""
    for event in activities(books, entry_type, sub_type):
        if value(event, "qty") > 1 and not value(event, "description").startswith("REMOVE"):
            symbol = value(event, "symbol")
            if not trades_from(books, event.account_id, symbol, event.system_date):
                yield event


def _cash_legs(books: Books) -> Iterator[Event]:
    return (event for event in activities(books, "MA", "CMA") if value(event, "net_amount"))


def _given_otherwise(books: Books, event: Event, extra: Decimal) -> Books:
    """The leg with another quantity at the price that keeps its value; booked like that."""
    old, new = _quantities(event, extra)
    price = ratio(times(old, value(event, "price")), new, PRICE_PLACES)
    given = shift_position(
        books, event.account_id, value(event, "symbol"), event.system_date, extra
    )
    return edit_activities(given, event, changed(event, qty=new, price=price))


def _quantities(event: Event, extra: Decimal) -> tuple[Decimal, Decimal]:
    return value(event, "qty"), value(event, "qty") + extra


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, value(event, "symbol"), event.system_date)
