"""A difference that stands is shown with the events of the night on which it appeared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from recon.breaks.match import Known, break_id
from recon.breaks.standing import keep_evidence
from recon.rules.run import CREATE
from recon.rules.verdicts import CONTRACT
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import make_macros

MONDAY = date(2026, 6, 15)
CASH, OTHER = "statements/cash_differs", "trades/order_quantity_differs"
FIRST, TONIGHT = ("E1",), ["E8", "E9"]


@pytest.fixture
def night() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with an empty table of verdicts."""
    with connect(MEMORY) as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in CONTRACT.items())
        make_macros(connection)
        connection.execute(CREATE.format(columns=columns))
        connection.execute("create table verdicts as from found_verdicts")
        yield connection


@pytest.mark.parametrize(
    ("rule", "verdict", "difference", "known", "kept"),
    [
        (CASH, "break", "-5.10", Known(MONDAY, "break", CASH, "-5.1", FIRST), True),
        (CASH, "break", "-5.11", Known(MONDAY, "break", CASH, "-5.1", FIRST), False),
        (CASH, "not_evaluated", None, Known(MONDAY, "break", CASH, "-5.1", FIRST), True),
        (CASH, "break", "-5.10", Known(MONDAY, "cleared", CASH, "", FIRST), False),
        (CASH, "break", "-5.10", Known(MONDAY, "break", CASH, "-5.1"), False),
        (CASH, "break", None, Known(MONDAY, "break", CASH, "", FIRST), False),
        (CASH, "pass", "0", Known(MONDAY, "break", CASH, "0", FIRST), False),
        (OTHER, "break", "-5.10", Known(MONDAY, "break", OTHER, "-5.1", FIRST), False),
        (CASH, "break", "-5.10", None, False),
    ],
)
def test_only_what_stands_unchanged_keeps_its_evidence(
    night: duckdb.DuckDBPyConnection,
    rule: str,
    verdict: str,
    difference: str | None,
    known: Known | None,
    kept: bool,
) -> None:
    """Another amount has another cause; a log without evidence, as 0.3.0 wrote it, keeps none."""
    night.execute(
        "insert into verdicts values (?, 'S1', 'A1', null, 'cash USD', ?, '10', '4.9', ?, 'USD',"
        " null, ?)",
        [rule, verdict, difference, TONIGHT],
    )
    keep_evidence(night, {break_id(rule, "A1", "", "cash USD"): known} if known else {})
    assert night.execute("select evidence from verdicts").fetchall() == [
        (list(FIRST) if kept else TONIGHT,)
    ]
