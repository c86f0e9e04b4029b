"""A statement that the broker makes again after it was read is named, on the whole night."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.faults.edit import shift_position
from recon.sandbox.wire.server import Sandbox
from tests.nightly.longnights import report
from tests.nightly.nights import NOW, broker_of, settings_of

RESTATED = "statements/statement_restated"


def asked(home: Path, books: Books, day: date) -> set[tuple[str, str, str, str]]:
    """The breaks of a night that asks the broker, though it has a record already."""
    with Sandbox(books, as_of=day) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(home, sandbox.url, lookback_days="30")
        run_date(broker, settings, day, NOW, wait_seconds=0, again=True, progress=SILENT)
    return {
        (row["rule"], row["account_id"], row["symbol"], row["actual"])
        for row in report(home, day, "discrepancies.csv")
    }


@pytest.mark.long
def test_a_statement_that_is_made_again_otherwise_is_a_break_of_its_own(tmp_path: Path) -> None:
    """The second reading has a share more: it is what the books are held to, and the first is not
    forgotten. A third reading that equals the second says nothing new."""
    books = make_books(11)
    day = min(books.closings)
    account_id, (line, *_) = min(books.closings[day].positions.items())
    more = shift_position(books, account_id, line.asset.symbol, day, Decimal(1))
    before, after = (f"{qty.normalize():f}" for qty in (line.qty, line.qty + 1))
    restated = (RESTATED, account_id, line.asset.symbol, f"{before}, then {after}")
    differs = ("statements/position_differs", account_id, line.asset.symbol, after)
    assert asked(tmp_path, books, day) == set()
    assert {restated, differs} <= asked(tmp_path, more, day)
    assert {restated, differs} <= asked(tmp_path, more, day)
