"""Faults of the trade stream: each takes right books, gives books with one wrong thing.

`taken` holds accounts to keep away from. Where the fault is in what was published only, the
closing statements stay right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.clock import MILLISECOND, SECOND
from recon.sandbox.books.exact import ZERO
from recon.sandbox.books.identity import later_ulid
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed_fill,
    changed_state,
    edit_trades,
    other_id,
    repeated,
    reworded,
)
from recon.sandbox.faults.places import (
    executions,
    fill_of,
    first_free,
    is_referred_to,
    is_untouched,
    symbol_of,
    trade_of,
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
    trades = (trade_of(event) for event in books.trades)
    canceled = {trade.ticket.order_id for trade in trades if trade.kind == "canceled"}
    places = (
        event for event in _purchases(books, "partial_fill")
        if trade_of(event).ticket.order_id in canceled and _is_last(books, event)
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
        reworded(event, event_id=event_id), published=event.published + late, event_id=event_id
    )
    return _planted(edit_trades(books, event, delayed), event)


def execution_id_reused(books: Books, taken: frozenset[str]) -> Planted:
    """A fill is published again under its execution id with another quantity."""
    event = first_free(_purchases(books, "fill"), taken)
    again = changed_fill(repeated(event), qty=fill_of(event).qty + 1)
    return _planted(edit_trades(books, event, event, again), event)


def bust_of_unknown_execution(books: Books, taken: frozenset[str]) -> Planted:
    """A bust names an execution that was never published; its effect is right."""
    places = (event for event in books.trades if trade_of(event).kind == "trade_bust")
    event = first_free(places, taken)
    unknown = changed_fill(event, previous_id=other_id(fill_of(event).previous_id))
    return _planted(edit_trades(books, event, unknown), event)


def bust_wrong_effect(books: Books, taken: frozenset[str]) -> Planted:
    """A bust leaves position_qty and filled_qty as they were; the statement has its effect."""
    places = (
        event for event in books.trades
        if trade_of(event).kind == "trade_bust" and _is_last(books, event)
        and trade_of(event).ticket.side == "buy"
    )  # fmt: skip
    event = first_free(places, taken)
    bust, filled_qty = fill_of(event), trade_of(event).state.filled_qty
    wrong = changed_state(event, filled_qty=filled_qty - bust.qty)
    wrong = changed_fill(wrong, position_qty=bust.position_qty - bust.qty)
    return _planted(edit_trades(books, event, wrong), event)


def correct_wrong_price(books: Books, taken: frozenset[str]) -> Planted:
    """A correction is published 50 cents a share too low; the cash moved at the right price."""
    places = (
        event for event in books.trades
        if trade_of(event).kind == "trade_correct" and _is_last(books, event)
        and fill_of(event).qty == trade_of(event).state.filled_qty
    )  # fmt: skip
    event = first_free(places, taken)
    price = fill_of(event).price - Decimal("0.5")
    wrong = changed_state(changed_fill(event, price=price), average=price)
    return _planted(edit_trades(books, event, wrong), event)


def order_total_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The last fill of an order says one share more than its executions make."""
    event = first_free(_purchases(books, "fill"), taken)
    total = trade_of(event).state.filled_qty + 1
    return _planted(edit_trades(books, event, changed_state(event, filled_qty=total)), event)


def average_price_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The last fill of an order says an average price one cent above that of its executions."""
    places = (
        event for event in _purchases(books, "fill")
        if fill_of(event).qty != trade_of(event).state.filled_qty
    )  # fmt: skip
    event = first_free(places, taken)
    average = (trade_of(event).state.average or ZERO) + _CENT
    wrong = changed_state(event, average=average)
    return _planted(edit_trades(books, event, wrong), event)


def _purchases(books: Books, kind: str) -> Iterator[Event]:
    """Bought shares that nothing amends, in holdings that change by trades only."""
    for event in books.trades:
        trade = trade_of(event)
        if (
            trade.kind == kind
            and trade.ticket.side == "buy"
            and trade.ticket.asset.asset_class == "us_equity"
            and is_untouched(books, event.account_id, symbol_of(event))
            and not is_referred_to(books, event)
        ):
            yield event


def _is_last(books: Books, event: Event) -> bool:
    """Whether no execution of the same account and symbol follows."""
    return executions(books, event.account_id, symbol_of(event))[-1] == event


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
