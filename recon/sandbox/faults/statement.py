"""Faults of the closing statements: right events, and books that say otherwise at the close."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.aggregate import is_listed
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.model import Books, Position
from recon.sandbox.faults.edit import Planted, shift_cash, shift_position
from recon.sandbox.faults.places import is_untouched

_SINCE = SYSTEM_DATES[2]
_MISSING_SINCE = SYSTEM_DATES[-2]


def statement_position_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A position is one share too high at every close from the third day on."""
    for account_id, line in kept_positions(books, taken):
        wrong = shift_position(books, account_id, line.asset.symbol, _SINCE, Decimal(1))
        return Planted(wrong, account_id, line.asset.symbol, _SINCE)
    raise ValueError(f"expected a place outside {len(taken)} taken accounts; saw none")


def aggregate_position_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """The total over all accounts is one share too high from the third day on; no account's is."""
    for account_id, line in kept_positions(books, taken):
        if is_listed(line.asset):
            symbol = line.asset.symbol
            closings = {
                day: replace(closing, aggregate_excess={symbol: Decimal(1)})
                if day >= _SINCE else closing
                for day, closing in books.closings.items()
            }  # fmt: skip
            return Planted(replace(books, closings=closings), account_id, symbol, _SINCE)
    raise ValueError(f"expected a place outside {len(taken)} taken accounts; saw none")


def statement_cash_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """An account's cash is a hundred dollars too low at every close from the third day on."""
    account_id = free_traders(books, taken)[0]
    return Planted(shift_cash(books, account_id, _SINCE, Decimal(-100)), account_id, "", _SINCE)


def statement_account_missing(books: Books, taken: frozenset[str]) -> Planted:
    """An account is left out of the last two statements: no positions, no balance."""
    account_id = free_traders(books, taken)[0]
    closings = {
        day: replace(
            closing,
            positions={key: lines for key, lines in closing.positions.items() if key != account_id},
            cash={key: cash for key, cash in closing.cash.items() if key != account_id},
        )
        if day >= _MISSING_SINCE else closing
        for day, closing in books.closings.items()
    }  # fmt: skip
    return Planted(replace(books, closings=closings), account_id, "", _MISSING_SINCE)


def balance_not_updated(books: Books, taken: frozenset[str]) -> Planted:
    """An account's balance on the last two nights is still that of the third date from the end."""
    account_id = free_traders(books, taken)[0]
    closings = {
        day: replace(closing, stale=frozenset({account_id})) if day >= _MISSING_SINCE else closing
        for day, closing in books.closings.items()
    }
    return Planted(replace(books, closings=closings), account_id, "", _MISSING_SINCE)


def kept_positions(books: Books, taken: frozenset[str]) -> Iterator[tuple[str, Position]]:
    """Long positions that free accounts have at every close from the third day on."""
    for account_id in free_traders(books, taken):
        closes = [closing.positions.get(account_id, ()) for day, closing in books.closings.items()
                  if day >= _SINCE]  # fmt: skip
        for line in closes[0]:
            symbol = line.asset.symbol
            held = all(symbol in [each.asset.symbol for each in lines] for lines in closes)
            if held and line.qty > 0 and is_untouched(books, account_id, symbol):
                yield account_id, line


def free_traders(books: Books, taken: frozenset[str]) -> list[str]:
    """Customers' accounts that are not taken, the last ones first: they have no part to play."""
    free = [account.account_id for account in reversed(books.accounts)
            if account.is_trader and account.account_id not in taken]  # fmt: skip
    if not free:
        raise ValueError(f"expected an account outside {len(taken)} taken ones; saw none")
    return free
