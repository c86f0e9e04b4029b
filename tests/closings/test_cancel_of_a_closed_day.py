"""Cash that is taken back after the base is taken back by its amount: the base need not move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recon.sandbox.books.model import Books, Closing
from tests.nightly.longbooks import CANCELED, DAYS, PLAIN, make_long_books
from tests.nightly.longnights import BALANCES, base_of, query, rebuild, run_long

KEPT = (PLAIN, CANCELED)
CASH = "select account_id, currency, closing, statement, settled from cash_proof order by all"


def books_of_cash() -> Books:
    """The long books of two accounts, without the journal of 5 that CANCELED got on day 5."""
    books = make_long_books()
    return replace(
        books,
        accounts=tuple(a for a in books.accounts if a.account_id in KEPT),
        trades=tuple(e for e in books.trades if e.account_id in KEPT),
        activities=tuple(
            e
            for e in books.activities
            if e.account_id in KEPT and e.payload["entry_type"] != "JNLC"
        ),
        closings={day: without(closing, day) for day, closing in books.closings.items()},
    )


def without(closing: Closing, day: date) -> Closing:
    """That closing of the two accounts alone, without what the journal brought."""
    cash = {account_id: closing.cash[account_id] for account_id in KEPT}
    cash[CANCELED] -= 5 if day >= DAYS[4] else 0
    positions = {a: lines for a, lines in closing.positions.items() if a in KEPT}
    return replace(closing, cash=cash, positions=positions)


@pytest.mark.long
def test_a_deposit_that_is_canceled_after_the_base_leaves_the_base_where_it_is(
    tmp_path: Path,
) -> None:
    """70 came on day 4 and went on day 10; the night of day 10 begins with the closing of day 7."""
    outcomes = run_long(tmp_path, books_of_cash(), DAYS[:10], back=2)
    assert [outcome.result for outcome in outcomes] == ["clean"] * 10
    assert base_of(tmp_path) == DAYS[6]
    proven = [query(tmp_path, sql) for sql in (CASH, BALANCES)]
    assert [row[2:4] for row in proven[0] if row[0] == CANCELED] == [(1000, 1000)]
    rebuild(tmp_path, DAYS[9], 250)
    assert base_of(tmp_path) is None
    assert [query(tmp_path, sql) for sql in (CASH, BALANCES)] == proven
