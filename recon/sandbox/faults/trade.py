"""Faults of the trade stream: each takes right books, gives books with one wrong thing.

`taken` holds accounts to keep away from. Where the fault is in what was published only, the
closing statements stay right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.clock import MILLISECOND, SECOND
from recon.sandbox.books.exact import plain
from recon.sandbox.books.identity import later_ulid
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    changed_order,
    edit_trades,
    executions,
    first_free,
    is_referred_to,
    is_untouched,
    other_id,
    repeated,
    value,
)

_CENT = Decimal("0.01")
_LATE_HOURS = 24


def lost_fill(books: Books, taken: frozenset[str]) -> Planted:
    """A partial fill of a purchase is never published; the statement has it."""
    places = (
        event for event in _purchases(books, "partial_fill") if not _is_last(books, event)
    )  # fmt: skip
    event = first_free(places, taken)
    return _planted(edit_trades(books, event), event)


def lost_last_fill(books: Books, taken: frozenset[str]) -> Planted:
    """The last partial fill before a cancellation is never published; the statement has it."""
    canceled = {
        value(event, "order.id") for event in books.trades if value(event, "event") == "canceled"
    }
    places = (
        event for event in _purchases(books, "partial_fill")
        if value(event, "order.id") in canceled and _is_last(books, event)
    )  # fmt: skip
    event = first_free(places, taken)
    return _planted(edit_trades(books, event), event)


def fill_published_late(books: Books, taken: frozenset[str]) -> Planted:
    """A purchase is published a day after it was made; the statement has it from the first."""
    places = (event for event in _purchases(books, "fill") if _is_last(books, event))
    event = first_free(places, taken)
    late = _LATE_HOURS * 3600 * SECOND
    event_id = later_ulid(event.event_id, late // MILLISECOND)
    delayed = replace(
        changed(event, event_id=event_id), published=event.published + late, event_id=event_id
    )
    return _planted(edit_trades(books, event, delayed), event)


def execution_id_reused(books: Books, taken: frozenset[str]) -> Planted:
    """A fill is published again under its execution id with another quantity."""
    event = first_free(_purchases(books, "fill"), taken)
    again = repeated(event, qty=plain(Decimal(value(event, "qty")) + 1))
    return _planted(edit_trades(books, event, event, again), event)


def bust_of_unknown_execution(books: Books, taken: frozenset[str]) -> Planted:
    """A bust names an execution that was never published; its effect is right."""
    places = (event for event in books.trades if value(event, "event") == "trade_bust")
    event = first_free(places, taken)
    unknown = other_id(value(event, "previous_execution_id"))
    return _planted(edit_trades(books, event, changed(event, previous_execution_id=unknown)), event)


def bust_wrong_effect(books: Books, taken: frozenset[str]) -> Planted:
    """A bust leaves position_qty and filled_qty as they were; the statement has its effect."""
    places = (
        event for event in books.trades
        if value(event, "event") == "trade_bust" and _is_last(books, event)
        and value(event, "order.side") == "buy"
    )  # fmt: skip
    event = first_free(places, taken)
    qty = Decimal(value(event, "qty"))
    position = plain(Decimal(value(event, "position_qty")) - qty)
    filled = plain(Decimal(value(event, "order.filled_qty")) - qty)
    wrong = changed_order(changed(event, position_qty=position), filled_qty=filled)
    return _planted(edit_trades(books, event, wrong), event)


def correct_wrong_price(books: Books, taken: frozenset[str]) -> Planted:
    """A correction is published 50 cents a share too low; the cash moved at the right price."""
    places = (
        event for event in books.trades
        if value(event, "event") == "trade_correct" and _is_last(books, event)
        and value(event, "qty") == value(event, "order.filled_qty")
    )  # fmt: skip
    event = first_free(places, taken)
    price = plain(Decimal(value(event, "price")) - Decimal("0.5"))
    wrong = changed_order(changed(event, price=price), filled_avg_price=price)
    return _planted(edit_trades(books, event, wrong), event)


def order_total_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The last fill of an order says one share more than its executions make."""
    event = first_free(_purchases(books, "fill"), taken)
    total = plain(Decimal(value(event, "order.filled_qty")) + 1)
    return _planted(edit_trades(books, event, changed_order(event, filled_qty=total)), event)


def average_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The last fill of an order says an average price one cent above that of its executions."""
    places = (
        event for event in _purchases(books, "fill")
        if value(event, "qty") != value(event, "order.filled_qty")
    )  # fmt: skip
    event = first_free(places, taken)
    average = plain(Decimal(value(event, "order.filled_avg_price")) + _CENT)
    wrong = changed_order(event, filled_avg_price=average)
    return _planted(edit_trades(books, event, wrong), event)


def _purchases(books: Books, kind: str) -> Iterator[Event]:
    """Bought shares that nothing amends, in holdings that change by trades only."""
    for event in books.trades:
        if (
            value(event, "event") == kind
            and value(event, "order.side") == "buy"
            and value(event, "order.asset_class") == "us_equity"
            and is_untouched(books, event.account_id, value(event, "order.symbol"))
            and not is_referred_to(books, event)
        ):
            yield event


def _is_last(books: Books, event: Event) -> bool:
    """Whether no execution of the same account and symbol follows."""
    return executions(books, event.account_id, value(event, "order.symbol"))[-1] == event


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, value(event, "order.symbol"), event.system_date)
