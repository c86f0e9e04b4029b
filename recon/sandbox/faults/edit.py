"""Edits of books for faults: takes books and one change, gives new books; the old stay as they are.

Also the questions by which a fault finds its place: whose event has nothing before or after it
that the fault would disturb.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from recon.sandbox.books.clock import MILLISECOND, to_microseconds
from recon.sandbox.books.identity import derived_uuid, later_ulid
from recon.sandbox.books.model import Books, Closing, Event, Payload

EXECUTIONS = ("fill", "partial_fill", "trade_bust", "trade_correct")


@dataclass(frozen=True)
class Planted:
    """Books with one wrong thing, and where it is; `symbol` is "" for money."""

    books: Books
    account_id: str
    symbol: str
    system_date: date


def first_free(events: Iterable[Event], taken: frozenset[str]) -> Event:
    """The first event of an account that is not taken. Raises ValueError where there is none."""
    for event in events:
        if event.account_id not in taken:
            return event
    raise ValueError(f"expected a place outside {len(taken)} taken accounts; saw none")


def value(event: Event, name: str) -> Any:  # a JSON value of any type
    """A field of the payload, or of its order where the name begins with `order.`."""
    payload: Any = event.payload
    for part in name.split("."):
        payload = payload.get(part, "")
    return payload


def changed(event: Event, **fields: object) -> Event:
    """The event with other payload fields."""
    return replace(event, payload=event.payload | fields)


def changed_order(event: Event, **fields: object) -> Event:
    """The trade event with other fields in its order object."""
    order: Payload = dict(value(event, "order"))
    return changed(event, order=order | fields)


def repeated(event: Event, **fields: object) -> Event:
    """A second event one millisecond later, with its own cursor id."""
    at = event.at + MILLISECOND
    event_id = later_ulid(event.event_id, 1)
    cursor = "event_ulid" if "event_ulid" in event.payload else "event_id"
    payload = event.payload | {"at": to_microseconds(at), cursor: event_id} | fields
    if cursor == "event_ulid":
        payload["event_id"] = value(event, "event_id") + 1
    return replace(event, at=at, published=at, event_id=event_id, payload=payload)


def other_id(identity: str) -> str:
    """An identity that nobody has, from one that somebody has."""
    return derived_uuid(identity)


def edit_trades(books: Books, old: Event, *new: Event) -> Books:
    """The books with the new trade events in the place of the old one."""
    return replace(books, trades=_edited(books.trades, old, new))


def edit_activities(books: Books, old: Event, *new: Event) -> Books:
    """The books with the new non-trade events in the place of the old one."""
    return replace(books, activities=_edited(books.activities, old, new))


def edit_lifecycle(books: Books, stream: str, old: Event, *new: Event) -> Books:
    """The books with the new events in the place of the old one on a lifecycle stream."""
    edited = _edited(books.lifecycle[stream], old, new)
    return replace(books, lifecycle={**books.lifecycle, stream: edited})


def edit_typed(books: Books, ref_id: str, edit: Payload | None) -> Books:
    """The books whose typed stream has other fields for one activity, or leaves it out."""
    return replace(books, typed_edits={**books.typed_edits, ref_id: edit})


def moved(event: Event, at: int, system_date: date, **fields: object) -> Event:
    """The event at another time and on another system date, with other payload fields."""
    event_id = later_ulid(event.event_id, (at - event.published) // MILLISECOND)
    cursor = "event_ulid" if "event_ulid" in event.payload else "event_id"
    payload = event.payload | {"at": to_microseconds(at), cursor: event_id}
    if "system_date" in payload:
        payload["system_date"] = system_date.isoformat()
    return replace(
        event, published=at, at=at, event_id=event_id, system_date=system_date,
        payload=payload | fields,
    )  # fmt: skip


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


def executions(books: Books, account_id: str, symbol: str) -> list[Event]:
    """The executions of an account in a symbol, as published."""
    return [
        event for event in books.trades
        if event.account_id == account_id and value(event, "order.symbol") == symbol
        and value(event, "event") in EXECUTIONS
    ]  # fmt: skip


def is_untouched(books: Books, account_id: str, symbol: str) -> bool:
    """Whether the account's holding of that symbol changes by trades only."""
    return not any(
        event.account_id == account_id and value(event, "symbol") == symbol
        for event in books.activities
    )


def is_referred_to(books: Books, event: Event) -> bool:
    """Whether a bust or a correction refers to the execution."""
    identity = value(event, "execution_id")
    return any(value(other, "previous_execution_id") == identity for other in books.trades)


def trades_from(books: Books, account_id: str, symbol: str, since: date) -> bool:
    """Whether the account trades that symbol on or after a system date."""
    traded = executions(books, account_id, symbol)
    return any(event.system_date >= since for event in traded)


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
