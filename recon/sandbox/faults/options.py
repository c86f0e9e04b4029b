"""Faults of option contracts: right books in, one wrong exercise, expiry or swap out.

Where the broker booked it wrong its statements follow; only a rule can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES, eastern
from recon.sandbox.books.model import Books, Closing, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_action,
    edit_activities,
    moved,
    shift_cash,
    shift_position,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, symbol_of


def contract_expired_early(books: Books, taken: frozenset[str]) -> Planted:
    """A contract is taken away as expired on the evening before its last day."""
    event = first_free(activities(books, "OPEXP"), taken)
    before = SYSTEM_DATES[SYSTEM_DATES.index(event.system_date) - 1]
    early = moved(event, eastern(before, "17:05"), before)
    gone = shift_position(
        books, event.account_id, symbol_of(event), before, activity_of(event).qty
    )  # fmt: skip
    return _planted(edit_activities(gone, event, early), early)


def expiry_sign_turned(books: Books, taken: frozenset[str]) -> Planted:
    """An expiry adds to the position instead of closing it; the statement has it closed."""
    event = first_free(activities(books, "OPEXP"), taken)
    wrong = changed(event, qty=-activity_of(event).qty)
    return _planted(edit_activities(books, event, wrong), event)


def contract_never_expires(books: Books, taken: frozenset[str]) -> Planted:
    """A contract stays in the account and in the statements after its expiry."""
    event = first_free(activities(books, "OPEXP"), taken)
    before = SYSTEM_DATES[SYSTEM_DATES.index(event.system_date) - 1]
    (line,) = (
        line for line in books.closings[before].positions[event.account_id]
        if line.asset.symbol == symbol_of(event)
    )  # fmt: skip
    closings: dict[date, Closing] = {}
    for day, closing in books.closings.items():
        lines = closing.positions.get(event.account_id, ())
        held = {**closing.positions, event.account_id: (*lines, line)}
        closings[day] = closing if day <= before else replace(closing, positions=held)
    kept = replace(books, closings=closings)
    after = SYSTEM_DATES[SYSTEM_DATES.index(event.system_date) + 1]
    return replace(_planted(edit_activities(kept, event), event), system_date=after)


def delivered_at_other_strike(books: Books, taken: frozenset[str]) -> Planted:
    """An assignment pays a dollar less for each share than the contract's strike."""
    places = (e for e in activities(books, "OPTRD") if activity_of(e).net_amount > 0)
    event = first_free(places, taken)
    return _paid_otherwise(books, event, activity_of(event).qty)


def cash_delivery_too_small(books: Books, taken: frozenset[str]) -> Planted:
    """One of two who exercise the same adjusted contract gets half a dollar less cash."""
    event = first_free(activities(books, "OPCSH"), taken)
    return _paid_otherwise(books, event, Decimal("-0.50"))


def swap_notional_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The leg that takes the old contracts away prints a dollar too much for them."""
    event = first_free(_removals(books), taken)
    wrong = changed(event, net_amount=activity_of(event).net_amount + 1)
    return _planted(edit_activities(books, event, wrong), event)


def swap_strike_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The contract that a swap gives has a strike five dollars higher than the one it takes."""
    places = (e for e in activities(books, "OPCA") if activity_of(e).qty > 0)
    event = first_free(places, taken)
    asset = activity_of(event).asset
    if asset is None:
        raise ValueError(f"expected a contract; saw {event.text}")
    strike = int(asset.symbol[-8:]) + 5000
    other = replace(asset, symbol=f"{asset.symbol[:-8]}{strike:08d}")
    given = edit_activities(books, event, changed(event, asset=other))
    return _planted(edit_action(given, event, new=other), event)


def expired_in_the_money(books: Books, taken: frozenset[str]) -> Planted:
    """The underlying closes ten dollars below the strike of a put that is left to expire."""
    places = (e for e in activities(books, "OPEXP") if activity_of(e).qty < 0)
    event = first_free(places, taken)
    contract = symbol_of(event)
    price = Decimal(contract[-8:]).scaleb(-3) - 10
    closing = books.closings[event.system_date]
    positions = {
        account: tuple(
            replace(line, price=price) if contract[:-15] == line.asset.symbol else line
            for line in lines
        )
        for account, lines in closing.positions.items()
    }
    fallen = {**books.closings, event.system_date: replace(closing, positions=positions)}
    return _planted(replace(books, closings=fallen), event)


def _removals(books: Books) -> Iterator[Event]:
    return (e for e in activities(books, "OPCA") if activity_of(e).qty < 0)


def _paid_otherwise(books: Books, event: Event, extra: Decimal) -> Planted:
    wrong = changed(event, net_amount=activity_of(event).net_amount + extra)
    paid = shift_cash(books, event.account_id, event.system_date, extra)
    return _planted(edit_activities(paid, event, wrong), event)


def _planted(books: Books, event: Event) -> Planted:
    return Planted(books, event.account_id, symbol_of(event), event.system_date)
