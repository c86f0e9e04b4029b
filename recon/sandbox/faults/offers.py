"""Faults of rights, offers, spin-offs, reorganisations and unit splits: right books in, one wrong
leg out.

What is booked wrong is in the closing statements too; what is only missing from the stream, or
misprinted, is right there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.exact import times
from recon.sandbox.books.model import Books, Event
from recon.sandbox.books.offer_causes import RightsGiven
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_action,
    edit_activities,
    shift_cash,
    shift_position,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, symbol_of


def unit_split_alternate_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """One holder of a unit gets one warrant more than the rate makes."""
    warrants = (e for e in activities(books, "SPLIT", "USPLIT") if activity_of(e).price == 0)
    event = first_free(warrants, taken)
    more = activity_of(event).qty + 1
    return _planted(edit_action(_given(books, event, more), event, alternate_qty=more), event)


def spin_off_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The new shares of a spin-off are priced two dollars too high."""
    event = first_free(_legs(books, "SPIN", "SPNF"), taken)
    price = (activity_of(event).price or Decimal(0)) + 2
    return _planted(edit_activities(books, event, changed(event, price=price)), event)


def reorganisation_shares_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The new shares of a reorganisation are never published; the statement has them."""
    event = first_free(_legs(books, "REO", "REOB"), taken)
    return _planted(edit_activities(books, event), event)


def reorganisation_cash_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A reorganisation pays five dollars more than its rate makes."""
    event = first_free(_paid(books, "REO"), taken)
    amount = activity_of(event).net_amount + 5
    return _planted(edit_action(_paid_as(books, event, amount), event, cash_paid=amount), event)


def rights_quantity_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """One holder gets ten rights more than the printed rate makes."""
    event = first_free(activities(books, "VOF", "VDST"), taken)
    more = activity_of(event).qty + 10
    return _planted(edit_action(_given(books, event, more), event, new_qty=more), event)


def rights_rate_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """One holder gets rights at a higher rate than all others, which is printed beside them."""
    event = first_free(activities(books, "VOF", "VDST"), taken)
    cause: Any = activity_of(event).cause
    given: RightsGiven = cause
    rate = given.rate * 2
    more = times(given.source_qty, rate)
    edited = edit_action(_given(books, event, more), event, new_qty=more, rate=rate)
    return _planted(edited, event)


def subscription_credited(books: Books, taken: frozenset[str]) -> Planted:
    """The subscription of an exercise is credited, where it should be debited."""
    event = first_free(_paid(books, "VOF"), taken)
    return _planted(_paid_as(books, event, -activity_of(event).net_amount), event)


def more_rights_exercised_than_held(books: Books, taken: frozenset[str]) -> Planted:
    """An exercise takes forty rights more than the account has."""
    places = (e for e in activities(books, "VOF", "VRGT") if activity_of(e).qty < 0)
    event = first_free(places, taken)
    return _planted(_given(books, event, activity_of(event).qty - 40), event)


def cash_in_lieu_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """One holder is paid four dollars more for his fraction than its part of the price."""
    event = first_free(_paid(books, "CIL"), taken)
    return _planted(_paid_as(books, event, activity_of(event).net_amount + 4), event)


def cusip_mistyped(books: Books, taken: frozenset[str]) -> Planted:
    """The new shares of a reorganisation come under a CUSIP whose check digit is wrong."""
    event = first_free(_legs(books, "REO", "REOB"), taken)
    asset: Any = activity_of(event).asset
    right: Asset = asset
    cusip = right.cusip[:-1] + str((int(right.cusip[-1]) + 1) % 10)
    wrong = changed(event, asset=replace(right, cusip=cusip))
    return _planted(edit_activities(books, event, wrong), event)


def _legs(books: Books, entry_type: str, symbol: str) -> Iterator[Event]:
    """The legs of that type that add a security."""
    for event in activities(books, entry_type):
        if symbol_of(event) == symbol and activity_of(event).qty > 0:
            yield event


def _paid(books: Books, entry_type: str) -> Iterator[Event]:
    return (each for each in activities(books, entry_type) if activity_of(each).net_amount)


def _given(books: Books, event: Event, qty: Decimal) -> Books:
    """The leg with another quantity, and booked like that."""
    leg = activity_of(event)
    extra = qty - leg.qty
    booked = shift_position(books, leg.account_id, symbol_of(event), leg.system_date, extra)
    return edit_activities(booked, event, changed(event, qty=qty))


def _paid_as(books: Books, event: Event, amount: Decimal) -> Books:
    """The leg with another amount, and booked like that."""
    leg = activity_of(event)
    booked = shift_cash(books, leg.account_id, leg.system_date, amount - leg.net_amount)
    return edit_activities(booked, event, changed(event, net_amount=amount))


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
