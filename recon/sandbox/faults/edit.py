"""Edits of books for faults: takes books and one change, gives new books; the old stay as they are.

A fault of what happened changes an event's fact, so every stream prints it; a fault of one stream
changes its message alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from recon.sandbox.books.clock import MILLISECOND, to_microseconds
from recon.sandbox.books.identity import derived_uuid, later_ulid
from recon.sandbox.books.model import Books, Closing, Event, Payload
from recon.sandbox.faults.places import activity_of, fill_of, trade_of
from recon.sandbox.messages.booked import reprinted


@dataclass(frozen=True)
class Planted:
    """Books with one wrong thing, and where it is; `symbol` is "" for money."""

    books: Books
    account_id: str
    symbol: str
    system_date: date


def changed(event: Event, **fields: Any) -> Event:
    """The event of an activity that has other facts, on every stream."""
    return reprinted(event, replace(activity_of(event), **fields))


def changed_fill(event: Event, **fields: Any) -> Event:
    """The event of an execution that moves something else, on every stream."""
    trade = trade_of(event)
    return reprinted(event, replace(trade, fill=replace(fill_of(event), **fields)))


def changed_state(event: Event, **fields: Any) -> Event:
    """The event of a trade that leaves its order in another state, on every stream."""
    trade = trade_of(event)
    return reprinted(event, replace(trade, state=replace(trade.state, **fields)))


def reworded(event: Event, **fields: object) -> Event:
    """The event with other fields in its message alone: the other streams stay as they are."""
    return replace(event, payload=event.payload | fields)


def moved(event: Event, at: int, system_date: date) -> Event:
    """The event at another time and on another system date."""
    event_id = later_ulid(event.event_id, (at - event.published) // MILLISECOND)
    cursor = "event_ulid" if "event_ulid" in event.payload else "event_id"
    fields: Payload = {"at": to_microseconds(at), cursor: event_id}
    there = replace(
        reworded(event, **fields),
        published=at, at=at, event_id=event_id, system_date=system_date,
    )  # fmt: skip
    if there.fact is None:
        return there
    return reprinted(there, replace(there.fact, at=at, system_date=system_date))


def repeated(event: Event) -> Event:
    """A second event one millisecond later, with its own ids on the stream."""
    again = moved(event, event.at + MILLISECOND, event.system_date)
    return numbered_after(again, event) if "event_ulid" in event.payload else again


def numbered_after(event: Event, before: Event) -> Event:
    """The event of version 1 with the next integer id."""
    number: Any = before.payload["event_id"]
    return reworded(event, event_id=number + 1)


def other_id(identity: str) -> str:
    """An identity that nobody has, from one that somebody has."""
    return derived_uuid(identity)


def edit_trades(books: Books, old: Event, *new: Event) -> Books:
    """The books with the new trade events in the place of the old one."""
    return replace(books, trades=_edited(books.trades, old, new))


def edit_activities(books: Books, old: Event, *new: Event) -> Books:
    """The books with the new non-trade events in the place of the old one."""
    return replace(books, activities=_edited(books.activities, old, new))


def edit_action(books: Books, leg: Event, **fields: Any) -> Books:
    """The books with other facts of a corporate action, printed on all legs of that account."""
    action = activity_of(leg)
    for event in books.activities:
        other = activity_of(event)
        if other.group_id == action.group_id and other.cause is not None:
            books = edit_activities(
                books, event, changed(event, cause=replace(other.cause, **fields))
            )
    return books


def edit_lifecycle(books: Books, stream: str, old: Event, *new: Event) -> Books:
    """The books with the new events in the place of the old one on a lifecycle stream."""
    edited = _edited(books.lifecycle[stream], old, new)
    return replace(books, lifecycle={**books.lifecycle, stream: edited})


def edit_typed(books: Books, ref_id: str, edit: Payload | None) -> Books:
    """The books whose typed stream has other fields for one activity, or leaves it out."""
    return replace(books, typed_edits={**books.typed_edits, ref_id: edit})


def shift_cash(books: Books, account_id: str, since: date, amount: Decimal) -> Books:
    """The books whose closing cash of that account is so much more from `since` on."""
    closings = {
        day: replace(closing, cash={**closing.cash, account_id: closing.cash[account_id] + amount})
        if day >= since else closing
        for day, closing in books.closings.items()
    }  # fmt: skip
    return replace(books, closings=closings)


def shift_position(books: Books, account_id: str, symbol: str, since: date, qty: Decimal) -> Books:
    """The books whose closing position is so much more from `since` on, while it is held."""
    closings = {
        day: _shifted(closing, account_id, symbol, qty) if day >= since else closing
        for day, closing in books.closings.items()
    }
    return replace(books, closings=closings)


def _edited(events: tuple[Event, ...], old: Event, new: tuple[Event, ...]) -> tuple[Event, ...]:
    place = events.index(old)
    edited = (*events[:place], *new, *events[place + 1 :])
    return tuple(sorted(edited, key=lambda event: event.published))


def _shifted(closing: Closing, account_id: str, symbol: str, qty: Decimal) -> Closing:
    lines = tuple(
        replace(line, qty=line.qty + qty) if line.asset.symbol == symbol else line
        for line in closing.positions.get(account_id, ())
    )
    kept = tuple(line for line in lines if line.qty)
    return replace(closing, positions={**closing.positions, account_id: kept})
