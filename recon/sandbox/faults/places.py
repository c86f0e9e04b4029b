"""The questions by which a fault finds its place: whose event has nothing before or after it that
the fault would disturb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.model import Books, Event
from recon.sandbox.books.orders import EXECUTIONS, Fill, Trade


def first_free(events: Iterable[Event], taken: frozenset[str]) -> Event:
    """The first event of an account that is not taken. Raises ValueError where there is none."""
    for event in events:
        if event.account_id not in taken:
            return event
    raise ValueError(f"expected a place outside {len(taken)} taken accounts; saw none")


def value(event: Event, name: str) -> Any:  # a JSON value of any type
    """A field of the message of a state, "" where it has none."""
    return event.payload.get(name, "")


def trade_of(event: Event) -> Trade:
    """What happened to an order. Raises ValueError for another event."""
    if not isinstance(event.fact, Trade):
        raise ValueError(f"expected a trade; saw {event.text}")
    return event.fact


def fill_of(event: Event) -> Fill:
    """What an execution moved. Raises ValueError for another event."""
    fill = trade_of(event).fill
    if fill is None:
        raise ValueError(f"expected an execution; saw {event.text}")
    return fill


def activity_of(event: Event) -> Activity:
    """What was booked. Raises ValueError for another event."""
    if not isinstance(event.fact, Activity):
        raise ValueError(f"expected a non-trade activity; saw {event.text}")
    return event.fact


def symbol_of(event: Event) -> str:
    """The symbol that a trade or an activity is about, "" for money."""
    if isinstance(event.fact, Trade):
        return event.fact.ticket.asset.symbol
    asset = activity_of(event).asset
    return asset.symbol if asset else ""


def activities(books: Books, entry_type: str, sub_type: str | None = None) -> Iterator[Event]:
    """The activities of a type, as published; of every sub type where that is None."""
    for event in books.activities:
        activity = activity_of(event)
        if activity.entry_type == entry_type and sub_type in (None, activity.sub_type):
            yield event


def executions(books: Books, account_id: str, symbol: str) -> list[Event]:
    """The executions of an account in a symbol, as published."""
    return [
        event for event in books.trades
        if event.account_id == account_id and symbol_of(event) == symbol
        and trade_of(event).kind in EXECUTIONS
    ]  # fmt: skip


def is_untouched(books: Books, account_id: str, symbol: str) -> bool:
    """Whether the account's holding of that symbol changes by trades only."""
    return not any(
        event.account_id == account_id and symbol_of(event) == symbol
        for event in books.activities
    )  # fmt: skip


def is_referred_to(books: Books, event: Event) -> bool:
    """Whether a bust or a correction refers to the execution."""
    identity = trade_of(event).execution_id
    fills = (trade_of(other).fill for other in books.trades)
    return any(fill is not None and fill.previous_id == identity for fill in fills)


def trades_from(books: Books, event: Event) -> bool:
    """Whether the event's account trades its symbol on or after its system date."""
    traded = executions(books, event.account_id, symbol_of(event))
    return any(each.system_date >= event.system_date for each in traded)
