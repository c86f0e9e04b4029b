"""Faults of what issuers pay: right books in, a wrong amount or a holder left out comes out.

What was not paid or not done is missing in every stream and in the statement, so that books and
statement agree: the other holders' legs alone show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.causes import Withholding
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.exact import ZERO, times, truncated
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_activities,
    shift_cash,
    shift_position,
)
from recon.sandbox.faults.places import activities, activity_of, first_free, symbol_of, trades_from

_AWAITED = 3  # settlement days that a payment may come later than that of other accounts


def left_out_of_dividend(books: Books, taken: frozenset[str]) -> Planted:
    """A holder is not paid a dividend that the others are paid."""
    event = first_free(_long_held(books), taken)
    due = SYSTEM_DATES[SYSTEM_DATES.index(event.system_date) + _AWAITED]
    return replace(_left_out(books, event), system_date=due)


def left_out_of_split(books: Books, taken: frozenset[str]) -> Planted:
    """A holder keeps the shares from before a reverse split."""
    places = (
        event for event in activities(books, "SPLIT", "RSPLIT")
        if event.system_date < SYSTEM_DATES[-1] and not trades_from(books, event)
    )  # fmt: skip
    return _left_out(books, first_free(places, taken))


def _long_held(books: Books) -> Iterator[Event]:
    """Dividends on what was held at two closes, early enough for the days that are awaited."""
    for event in activities(books, "DIV", "CDIV"):
        day = SYSTEM_DATES.index(event.system_date)
        if day + _AWAITED < len(SYSTEM_DATES) and all(
            _quantity(books, event, before) for before in (day - 1, day - 2)
        ):
            yield event


def _quantity(books: Books, event: Event, day: int) -> Decimal:
    lines = books.closings[SYSTEM_DATES[day]].positions.get(event.account_id, ())
    held = (line.qty for line in lines if line.asset.symbol == symbol_of(event))
    return sum(held, ZERO)


def _left_out(books: Books, event: Event) -> Planted:
    """The books without anything that the account is given, or taxed, for that security and day."""
    account_id, symbol, since = event.account_id, symbol_of(event), event.system_date
    for each in books.activities:
        leg = activity_of(each)
        of_it = leg.entry_type in (activity_of(event).entry_type, "DIVNRA")
        if of_it and (each.account_id, symbol_of(each), each.system_date) == (
            account_id, symbol, since
        ):  # fmt: skip
            books = shift_cash(books, account_id, since, -leg.net_amount)
            books = shift_position(books, account_id, symbol, since, -leg.qty)
            books = edit_activities(books, each)
    return Planted(books, account_id, symbol, since)


def capital_gain_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A gain of the long term is paid a hundred times."""
    event = first_free(activities(books, "CGD", "LTCG"), taken)
    return _paid_otherwise(books, event, 99 * activity_of(event).net_amount)


def return_of_capital_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A return of capital is a dollar too low."""
    event = first_free(activities(books, "DIV", "ROC"), taken)
    return _paid_otherwise(books, event, Decimal(-1))


def in_lieu_taken(books: Books, taken: frozenset[str]) -> Planted:
    """What lent shares are owed is taken from the lender."""
    event = first_free(activities(books, "DIV", "SPD"), taken)
    return _paid_otherwise(books, event, -2 * activity_of(event).net_amount)


def coupon_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A bond pays its coupon twice over in one payment."""
    event = first_free(activities(books, "INT", "FI"), taken)
    return _paid_otherwise(books, event, activity_of(event).net_amount)


def maturity_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A matured bond pays one per cent of its face amount."""
    event = first_free(activities(books, "FIMAT", ""), taken)
    return _paid_otherwise(books, event, activity_of(event).net_amount * Decimal("-0.99"))


def _paid_otherwise(books: Books, event: Event, extra: Decimal) -> Planted:
    leg = activity_of(event)
    wrong = changed(event, net_amount=leg.net_amount + extra)
    paid = shift_cash(books, leg.account_id, leg.system_date, extra)
    edited = edit_activities(paid, event, wrong)
    return Planted(edited, leg.account_id, symbol_of(event), leg.system_date)


def withholding_missing(books: Books, taken: frozenset[str]) -> Planted:
    """No tax is withheld from a dividend of an account that is taxed on another."""
    taxes = list(activities(books, "DIVNRA", ""))
    event = first_free((each for each in taxes if _is_taxed_before(taxes, each)), taken)
    untaxed = shift_cash(books, event.account_id, event.system_date, -activity_of(event).net_amount)
    symbol, since = symbol_of(event), event.system_date
    return Planted(edit_activities(untaxed, event), event.account_id, symbol, since)


def withholding_rate_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """Seventy per cent of a dividend is withheld."""
    event = first_free(activities(books, "DIVNRA", ""), taken)
    cause = activity_of(event).cause
    if not isinstance(cause, Withholding):
        raise ValueError(f"expected a tax; saw {cause}")
    tax = truncated(times(cause.gross, Decimal("0.7")), 2)
    wrong = changed(event, net_amount=-tax, cause=replace(cause, rate=Decimal(70)))
    extra = -tax - activity_of(event).net_amount
    paid = shift_cash(books, event.account_id, event.system_date, extra)
    edited = edit_activities(paid, event, wrong)
    return Planted(edited, event.account_id, symbol_of(event), event.system_date)


def _is_taxed_before(taxes: Sequence[Event], event: Event) -> bool:
    """Whether another dividend of the account is taxed earlier, and this one of another account."""
    return event.system_date < SYSTEM_DATES[-1] and any(
        each.account_id == event.account_id and each.system_date < event.system_date
        for each in taxes
    )
