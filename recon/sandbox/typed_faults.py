"""Faults between two streams that tell the same: right books in, a typed stream that differs.

The two streams that the typed one is told from, and the statements, stay right.
"""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.activity_faults import activities
from recon.sandbox.clock import SYSTEM_DATES
from recon.sandbox.edit import Planted, edit_typed, first_free, is_referred_to, value
from recon.sandbox.exact import plain
from recon.sandbox.model import Books, Event, Payload
from recon.sandbox.typed_trades import typed_trade

_CENTS = Decimal("0.02")


def trd_activity_missing(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream lacks one fill."""
    event = _fill(books, taken)
    return _planted(edit_typed(books, value(event, "execution_id"), None), event)


def trd_amount_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream tells two cents too much money of one fill."""
    event = _fill(books, taken)
    told = Decimal(str(typed_trade(event)["net_amount"]))
    wrong: Payload = {"net_amount": plain(told + _CENTS)}
    return _planted(edit_typed(books, value(event, "execution_id"), wrong), event)


def activity_missing_on_new_stream(books: Books, taken: frozenset[str]) -> Planted:
    """The typed stream lacks an interest payment that the older one has."""
    event = first_free((e for e in activities(books, "INT") if value(e, "net_amount")), taken)
    return _planted(edit_typed(books, value(event, "id"), None), event)


def _fill(books: Books, taken: frozenset[str]) -> Event:
    """A fill before the last date that nothing refers to."""
    places = (
        event for event in books.trades
        if value(event, "event") == "fill" and not is_referred_to(books, event)
        and event.system_date < SYSTEM_DATES[-1]
    )  # fmt: skip
    return first_free(places, taken)


def _planted(books: Books, event: Event) -> Planted:
    symbol = value(event, "order.symbol") if "order" in event.payload else value(event, "symbol")
    return Planted(books, event.account_id, symbol, event.system_date)
