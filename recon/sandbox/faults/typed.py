"""Faults between two streams that tell the same: right books in, a typed stream that differs.

The statements stay right, and so do the two streams that the typed one is told from; but for a
lost leg, where the typed one stays right.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.exact import plain
from recon.sandbox.books.model import Books, Event, Payload
from recon.sandbox.faults.activity import activities
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_trades,
    edit_typed,
    first_free,
    is_referred_to,
    value,
)
from recon.sandbox.messages.typed import trade_activities

_CENTS = Decimal("0.02")


def trd_activity_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream lacks one fill."""
    event = _fill(books, taken)
    return _planted(edit_typed(books, value(event, "execution_id"), None), event)


def trd_amount_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream tells two cents too much money of one fill."""
    event = _fill(books, taken)
    (activity,) = trade_activities(event)
    told = Decimal(value(activity, "net_amount"))
    wrong: Payload = {"net_amount": plain(told + _CENTS)}
    return _planted(edit_typed(books, value(event, "execution_id"), wrong), event)


def activity_missing_on_new_stream(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream lacks an interest payment that the older one has."""
    event = first_free((e for e in activities(books, "INT") if value(e, "net_amount")), taken)
    return _planted(edit_typed(books, value(event, "id"), None), event)


def leg_lost(books: Books, taken: frozenset[str]) -> Planted:
    """The trades lack one leg of a multi-leg fill; the typed stream and the statement have it."""
    places = (
        event for event in books.trades
        if value(event, "legs") and value(event, "event") == "partial_fill"
    )  # fmt: skip
    event = first_free(places, taken)
    *kept, lost = value(event, "legs")
    alone = trade_activities(event)[-1]
    wrong = edit_trades(books, event, changed(event, legs=kept))
    wrong = replace(wrong, typed_alone=(*books.typed_alone, alone))
    return Planted(wrong, event.account_id, lost["symbol"], event.system_date)


def _fill(books: Books, taken: frozenset[str]) -> Event:
    """A fill before the last date that nothing refers to."""
    places = (
        event for event in books.trades
        if value(event, "event") == "fill" and not value(event, "legs")
        and not is_referred_to(books, event)
        and event.system_date < SYSTEM_DATES[-1]
    )  # fmt: skip
    return first_free(places, taken)


def _planted(books: Books, event: Event) -> Planted:
    symbol = value(event, "order.symbol") if "order" in event.payload else value(event, "symbol")
    return Planted(books, event.account_id, symbol, event.system_date)
