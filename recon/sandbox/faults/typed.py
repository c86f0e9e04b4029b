"""Faults between two streams that tell the same: right books in, a typed stream that differs.

The statements stay right, and so do the two older streams; but for a lost leg, where the typed one
stays right.
"""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.exact import plain
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import Planted, edit_trades, edit_typed, reworded
from recon.sandbox.faults.places import (
    activities,
    activity_of,
    fill_of,
    first_free,
    is_referred_to,
    symbol_of,
    trade_of,
    value,
)
from recon.sandbox.messages.typed_trades import net_amount

_CENTS = Decimal("0.02")


def trd_activity_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream lacks one fill."""
    event = _fill(books, taken)
    return _planted(edit_typed(books, trade_of(event).execution_id, None), event)


def trd_amount_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream tells two cents too much money of one fill."""
    event = _fill(books, taken)
    trade = trade_of(event)
    wrong = plain(net_amount(trade, fill_of(event)) + _CENTS)
    return _planted(edit_typed(books, trade.execution_id, {"net_amount": wrong}), event)


def activity_missing_on_new_stream(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream lacks an interest payment that the older one has."""
    places = (event for event in activities(books, "INT") if activity_of(event).net_amount)
    event = first_free(places, taken)
    return _planted(edit_typed(books, activity_of(event).identity, None), event)


def leg_lost(books: Books, taken: frozenset[str]) -> Planted:
    """The trades lack one leg of a multi-leg fill; the typed stream and the statement have it."""
    places = (
        event for event in books.trades
        if trade_of(event).legs and trade_of(event).kind == "partial_fill"
    )  # fmt: skip
    event = first_free(places, taken)
    lost = trade_of(event).legs[-1].ticket.asset.symbol
    wrong = edit_trades(books, event, reworded(event, legs=value(event, "legs")[:-1]))
    return Planted(wrong, event.account_id, lost, event.system_date)


def _fill(books: Books, taken: frozenset[str]) -> Event:
    """A fill before the last date that nothing refers to."""
    places = (
        event for event in books.trades
        if trade_of(event).kind == "fill" and not trade_of(event).legs
        and not is_referred_to(books, event)
        and event.system_date < SYSTEM_DATES[-1]
    )  # fmt: skip
    return first_free(places, taken)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
