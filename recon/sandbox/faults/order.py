"""Faults of what happens to orders: each takes right books, gives books with one wrong thing.

`taken` holds accounts to keep away from. The closing statements stay right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from recon.sandbox.books.clock import SECOND, SYSTEM_DATES
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed_state,
    edit_trades,
    moved,
    other_id,
)
from recon.sandbox.faults.places import (
    fill_of,
    first_free,
    is_referred_to,
    symbol_of,
    trade_of,
)
from recon.sandbox.messages.booked import reprinted

_CENT = Decimal("0.01")
_HOUR = 3600 * SECOND
_LOCAL = 4 * _HOUR  # what New York is behind UTC in June
_SOON = 30 * SECOND


def ended_twice(books: Books, taken: frozenset[str]) -> Planted:
    """A canceled order expires an hour later."""
    event = first_free(_of_kind(books, "canceled"), taken)
    trade = trade_of(moved(event, event.at + _HOUR, event.system_date))
    again = replace(
        trade, kind="expired", timestamp=trade.timestamp + _HOUR,
        execution_id=other_id(trade.execution_id),
        state=replace(trade.state, status="expired"),
    )  # fmt: skip
    later = reprinted(moved(event, event.at + _HOUR, event.system_date), again)
    return _planted(edit_trades(books, event, event, later), event)


def filled_after_cancel(books: Books, taken: frozenset[str]) -> Planted:
    """An order was canceled half a minute before it was filled for the last time."""
    event = first_free(_of_kind(books, "canceled"), taken)
    order_id = trade_of(event).ticket.order_id
    *_, last = (
        trade_of(each) for each in _of_kind(books, "partial_fill", "canceled")
        if trade_of(each).ticket.order_id == order_id and trade_of(each).fill
    )  # fmt: skip
    early = last.timestamp - _SOON
    state = replace(trade_of(event).state, canceled=early)
    wrong = reprinted(event, replace(trade_of(event), timestamp=early, state=state))
    return _planted(edit_trades(books, event, wrong), event)


def filled_with_too_much(books: Books, taken: frozenset[str]) -> Planted:
    """The last fill of an order says that one share less was ordered than filled."""
    places = (event for event in _fills(books) if trade_of(event).ticket.qty is not None)
    event = first_free(places, taken)
    return _reticketed(books, event, qty=trade_of(event).state.filled_qty - 1)


def notional_overspent(books: Books, taken: frozenset[str]) -> Planted:
    """A fill costs a dollar more than the order was for."""
    places = (event for event in _fills(books) if trade_of(event).ticket.notional is not None)
    event = first_free(places, taken)
    notional = trade_of(event).ticket.notional
    return _reticketed(books, event, notional=(notional or Decimal(0)) - 1)


def limit_passed(books: Books, taken: frozenset[str]) -> Planted:
    """A purchase is a cent dearer than its limit."""
    places = (event for event in _fills(books) if trade_of(event).ticket.limit_price is not None)
    event = first_free(places, taken)
    return _reticketed(books, event, limit_price=fill_of(event).price - _CENT)


def last_fill_called_partial(books: Books, taken: frozenset[str]) -> Planted:
    """The fill that completes an order is sent as a partial one."""
    places = (event for event in _fills(books) if trade_of(event).ticket.qty is not None)
    event = first_free(places, taken)
    trade = trade_of(event)
    state = replace(trade.state, status="partially_filled")
    wrong = reprinted(event, replace(trade, kind="partial_fill", state=state))
    return _planted(edit_trades(books, event, wrong), event)


def successor_without_name(books: Books, taken: frozenset[str]) -> Planted:
    """A replaced order names another successor than the one that names it."""
    event = first_free(_of_kind(books, "replaced"), taken)
    successor = other_id(trade_of(event).state.replaced_by)
    wrong = changed_state(event, replaced_by=successor)
    return _planted(edit_trades(books, event, wrong), event)


def expiry_lost(books: Books, taken: frozenset[str]) -> Planted:
    """The end of an order for the day is never published; it shows two sessions later."""
    event = first_free(_of_kind(books, "expired"), taken)
    shown = SYSTEM_DATES[SYSTEM_DATES.index(event.system_date) + 2]
    return replace(_planted(edit_trades(books, event), event), system_date=shown)


def filled_in_local_time(books: Books, taken: frozenset[str]) -> Planted:
    """An order says to be filled four hours after its fill, New York's time with the wrong sign."""
    event = first_free(_fills(books), taken)
    filled = trade_of(event).timestamp + _LOCAL
    return _planted(edit_trades(books, event, changed_state(event, filled=filled)), event)


def other_asset_id(books: Books, taken: frozenset[str]) -> Planted:
    """One of several fills of a symbol on one day has another asset id."""
    traded = [(symbol_of(each), each.system_date) for each in _fills(books)]
    places = (
        event for event in _fills(books) if traded.count((symbol_of(event), event.system_date)) > 1
    )
    event = first_free(places, taken)
    asset = trade_of(event).ticket.asset
    return _reticketed(books, event, asset=replace(asset, asset_id=other_id(asset.asset_id)))


def traded_under_old_symbol(books: Books, taken: frozenset[str]) -> Planted:
    """An execution after a name change is published under the old symbol."""
    by_role = {asset.role: asset for asset in books.assets}
    places = (
        event for event in _of_kind(books, "fill", "partial_fill")
        if trade_of(event).ticket.asset.role == "renamed_new"
    )  # fmt: skip
    event = first_free(places, taken)
    return _reticketed(books, event, asset=by_role["renamed"])


def _of_kind(books: Books, *kinds: str) -> Iterator[Event]:
    return (event for event in books.trades if trade_of(event).kind in kinds)


def _fills(books: Books) -> Iterator[Event]:
    """The last fills of purchased shares that nothing amends."""
    for event in _of_kind(books, "fill"):
        ticket = trade_of(event).ticket
        amended = {
            trade_of(each).ticket.order_id
            for each in _of_kind(books, "trade_bust", "trade_correct")
        }
        if (
            ticket.side == "buy"
            and ticket.asset.asset_class == "us_equity"
            and ticket.order_id not in amended
            and not is_referred_to(books, event)
        ):
            yield event


def _reticketed(books: Books, event: Event, **fields: Any) -> Planted:
    """Other terms of the order on that event alone."""
    trade = trade_of(event)
    ticket = replace(trade.ticket, **fields)
    wrong = reprinted(event, replace(trade, ticket=ticket))
    return _planted(edit_trades(books, event, wrong), event)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
