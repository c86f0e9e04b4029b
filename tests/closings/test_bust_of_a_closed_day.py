"""What is taken back after the base is taken back at the cost it had: the base need not move.

10 are bought at 10 and 10 at 20; on day 3 one order sells 5 at 30 twice, which takes 75 of cost
out each time; 5 are bought at 40. The first sale is busted on day 13: 5 shares and 75 of cost come
back, 150 of cash goes, and the order keeps the other 5.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recon.closings.store import latest, read_index
from recon.sandbox.books.causes import SaleFee
from recon.sandbox.books.model import Books, Position
from tests.chains import as_of_an_older_release
from tests.nightly.longbooks import DAYS, PLAIN, activity, make_long_books, trade
from tests.nightly.longnights import BALANCES, base_of, copy_of, query, rebuild, run_long

pytestmark = pytest.mark.long

NIGHTS = [DAYS[number - 1] for number in (3, 6, 9, 12, 13)]
# Shares, their cost and cash from the close of a day on.
STATED = {
    1: ("10", "100", "9900.00"),
    2: ("20", "300", "9700.00"),
    3: ("10", "150", "9999.98"),
    4: ("15", "350", "9799.98"),
    13: ("20", "425", "9649.98"),
}
TRADES = [
    trade(1, PLAIN, "X-1", "buy", ("10", "10"), "10"),
    trade(2, PLAIN, "X-2", "buy", ("10", "20"), "20"),
    trade(3, PLAIN, "X-SALE.1", "sell", ("5", "30"), "15", "partial_fill", ordered="10"),
    trade(3, PLAIN, "X-SALE.2", "sell", ("5", "30"), "10", filled="10"),
    trade(4, PLAIN, "X-4", "buy", ("5", "40"), "15"),
    trade(13, PLAIN, "X-BUST", "sell", ("-5", "30"), "20", "trade_bust", "X-SALE.1", "5",
          ordered="10"),
]  # fmt: skip
FEES = [
    activity(
        3, PLAIN, f"N-{kind}", "FEE", kind, "-0.01",
        SaleFee(DAYS[2], PLAIN, Decimal(300), Decimal(10), 2),
    )
    for kind in ("REG", "TAF")
]  # fmt: skip
REVERSAL = "select subject, verdict, actual from verdicts where rule = 'ledger/reversal_incomplete'"


def books_of_a_sale() -> Books:
    """The books of PLAIN alone."""
    books = make_long_books()
    deposit = [e for e in books.activities if e.payload["id"] == f"N-{PLAIN}"]
    closings = {}
    for day, closing in books.closings.items():
        since = max(since for since in STATED if DAYS[since - 1] <= day)
        qty, cost, cash = (Decimal(amount) for amount in STATED[since])
        asset = books.closings[DAYS[0]].positions[PLAIN][0].asset
        position = Position(asset, qty, cost, Decimal(10), Decimal(10))
        closings[day] = replace(closing, positions={PLAIN: (position,)}, cash={PLAIN: cash})
    return replace(
        books,
        accounts=tuple(a for a in books.accounts if a.account_id == PLAIN),
        trades=tuple(TRADES),
        activities=tuple(sorted([*deposit, *FEES], key=lambda event: event.published)),
        closings=closings,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five nights up to day 13, each looking back two sessions and closing three."""
    path = tmp_path_factory.mktemp("sale")
    outcomes = run_long(path, books_of_a_sale(), NIGHTS, back=2)
    assert [outcome.result for outcome in outcomes] == ["clean"] * 5
    return path


def rebuilt(home: Path, place: Path, sessions: int) -> tuple[date | None, list[object]]:
    """Where the last night begins, and the balances that it ends with."""
    copy = copy_of(home, place)
    rebuild(copy, NIGHTS[-1], sessions)
    return base_of(copy), [query(copy, BALANCES)]


def test_a_bust_of_a_sale_before_the_base_brings_its_cost_back(home: Path) -> None:
    """The sales of day 3 lies before the night, which begins with the closing of day 10."""
    assert base_of(home) == DAYS[9]
    costs = "select sum(amount) from postings where ledger_account = 'C:A-PLAIN:COST:AAA'"
    assert query(home, costs) == [(425,)]
    assert query(home, "select distinct movement_id from start_lines") == [("X-SALE.1",)]
    assert query(home, REVERSAL) == [
        ("reversal of X-SALE.1", "pass", "6 postings reversed"),
    ]


def test_the_whole_of_the_books_ends_with_the_same(home: Path, tmp_path: Path) -> None:
    """Without any closing to begin with."""
    base, whole = rebuilt(home, tmp_path / "whole", 250)
    assert base is None
    assert [query(home, BALANCES)] == whole


def test_closings_of_the_release_before_are_made_anew(home: Path, tmp_path: Path) -> None:
    """They do not hold all that a night needs: it begins with the books, and ends the same."""
    old = copy_of(home, tmp_path / "old")
    as_of_an_older_release(old)
    as_of_0_3_0(old / "closings")
    assert rebuilt(old, tmp_path / "copy", 2) == (None, [query(home, BALANCES)])


def as_of_0_3_0(folder: Path) -> None:
    """Make closings into what release 0.3.0 left: files named by version, a line for each date."""
    lines = []
    for closing in latest(read_index(folder)).values():
        stem = f"{closing.system_date}.{closing.version}"
        shutil.copy(folder / closing.file("balances"), folder / f"{stem}.parquet")
        shutil.copy(folder / closing.file("lines"), folder / f"{stem}.lines.parquet")
        line = {name: vars(closing)[name] for name in ("system_date", "version", "run", "fetch")}
        parts = {"sha256": closing.parts["balances"], "lines": closing.parts["lines"], "lots": ""}
        lines.append(json.dumps(line | parts) + "\n")
    (folder / "index.ndjson").write_text("".join(lines))
