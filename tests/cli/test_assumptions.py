"""`recon assumptions`: what the data of a date says for and against how the books read it."""

from __future__ import annotations

import json

import pytest

from tests.archive.making import contents
from tests.cli.calling import call_here
from tests.nightly.longbooks import DAYS
from tests.nightly.longnights import LongHome, query, report

pytestmark = pytest.mark.long

WHOLE = {"RECON_LOOKBACK_SESSIONS": "250"}


def test_the_statements_that_tell_are_counted(long: LongHome) -> None:
    """Of PLAIN, who bought 10 at 10, sold 5, bought 10 at 13 and sold 5, the statement of day 4 has
    10 for 120: by the average, where the oldest lots would leave 130. A deposit of CANCELED whose
    cancel names the same day as it does is gone from no statement."""
    before = contents(long.path)
    words = ("--home", str(long.path), "assumptions", "--date", str(DAYS[3]), "--json")
    called = call_here(long.path, *words, env=WHOLE)
    assert called.code == 0
    assert contents(long.path) == before
    rows = {row["assumption"]: row for row in json.loads(called.out)}
    assert rows["cost_method"] == {
        "assumption": "cost_method", "value": "average",
        "supports": 1, "contradicts": 0, "undecided": 0, "instead": None,
    }  # fmt: skip
    assert rows["sweep_units_are_a_position"]["supports"] == 0


def test_a_line_is_an_assumption(long: LongHome) -> None:
    """In columns, with the names of the table; the night's own books hold no purchase and sale of a
    position from nothing, so that they tell no cost method."""
    words = ("--home", str(long.path), "assumptions", "--date", str(DAYS[3]))
    head, *lines = call_here(long.path, *words, env={}).out.splitlines()
    assert head.split() == [
        "assumption", "value", "supports", "contradicts", "undecided", "instead",
    ]  # fmt: skip
    assert [line.split() for line in lines if line.startswith("cost_method")] == [
        ["cost_method", "average", "0", "0", "0"]
    ]


def test_a_date_that_is_not_archived_is_refused(long: LongHome) -> None:
    """As by every command that reads the archive alone."""
    words = ("--home", str(long.path), "assumptions", "--date", "2026-07-01")
    called = call_here(long.path, *words, env={})
    assert called.code == 2
    assert "a date whose two ready signals are archived" in called.complaint


def test_a_night_says_what_it_assumed_and_looks_for_no_evidence(long: LongHome) -> None:
    """What every night would do again for the same answer is done when somebody asks."""
    rows = report(long.path, DAYS[3], "assumptions.csv")
    assert list(rows[0]) == ["assumption", "value", "default_value", "reason"]
    assert {row["assumption"]: row["value"] for row in rows}["cost_method"] == "average"
    made = {name for (name,) in query(long.path, "select table_name from duckdb_tables()")}
    assert "accounting_assumptions" in made
    assert not {"assumptions_evidence", "costs_by_method"} & made
