"""Faults of what a statement says beside quantity and cash, which are right like the books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.exact import plain
from recon.sandbox.books.model import Books, Payload, Position
from recon.sandbox.books.statements import account_payload, position_payload
from recon.sandbox.faults.edit import Planted
from recon.sandbox.faults.statement import free_traders, kept_positions

_SINCE = SYSTEM_DATES[2]


def market_value_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A position's market value is a tenth and a hundred dollars too high from the third day on."""
    return _misprinted(books, taken, "market_value")


def cost_basis_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """A position's cost is a tenth and a hundred dollars too high from the third day on."""
    return _misprinted(books, taken, "cost_basis")


def equity_wrong(books: Books, taken: frozenset[str]) -> Planted:
    """An account's equity is a hundred dollars too low at every close from the third day on."""
    account = next(
        each for each in books.accounts if each.account_id == free_traders(books, taken)[0]
    )
    closings = dict(books.closings)
    for day, closing in books.closings.items():
        if day >= _SINCE:
            right = Decimal(str(account_payload(account, closing, day)["last_equity"]))
            edits: Payload = {"last_equity": plain(right - 100)}
            closings[day] = replace(closing, balance_edits={account.account_id: edits})
    return Planted(replace(books, closings=closings), account.account_id, "", _SINCE)


def _misprinted(books: Books, taken: frozenset[str], member: str) -> Planted:
    """A position that free accounts keep, with another value of that member."""
    for account_id, line in kept_positions(books, taken):
        symbol = line.asset.symbol
        closings = dict(books.closings)
        for day, closing in books.closings.items():
            if day >= _SINCE:
                lines = tuple(
                    _with_more(each, member) if each.asset.symbol == symbol else each
                    for each in closing.positions[account_id]
                )
                closings[day] = replace(closing, positions={**closing.positions, account_id: lines})
        return Planted(replace(books, closings=closings), account_id, symbol, _SINCE)
    raise ValueError(f"expected a place outside {len(taken)} taken accounts; saw none")


def _with_more(line: Position, member: str) -> Position:
    right = Decimal(str(position_payload(line)[member]))
    return replace(line, edits={member: plain(right + right / 10 + 100)})
