"""Verdicts to the rows of discrepancies.csv: what counts, since when, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from recon.breaks.log import Said
from recon.breaks.match import Known, break_id
from recon.reports.findings import COLUMNS, as_rows, explain, read_findings
from recon.rules.header import ITSELF, parse_rule
from recon.rules.run import CREATE
from recon.rules.verdicts import CONTRACT
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import make_macros

FRIDAY, MONDAY, TUESDAY = date(2026, 6, 12), date(2026, 6, 15), date(2026, 6, 16)
HEADER = """-- title: Sums differ
-- severity: S1
-- scope: account
-- reads: x
-- params: p
--
-- Because.
"""
RULE = parse_rule("area/sums_differ", HEADER)
IDENTITY = break_id("area/sums_differ", "A1", "AAPL", "order O1")


@pytest.fixture
def night() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with an empty table of verdicts."""
    with connect(MEMORY) as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in CONTRACT.items())
        make_macros(connection)
        connection.execute(CREATE.format(columns=columns))
        connection.execute("create table verdicts as from found_verdicts")
        yield connection


def add(
    night: duckdb.DuckDBPyConnection,
    verdict: str,
    difference: str | None = "-5.10",
    evidence: str = "['E1', 'E2']",
    subject: str = "order O1",
) -> None:
    """One verdict of the rule."""
    night.execute(
        "insert into verdicts values ('area/sums_differ', 'S1', 'A1', 'AAPL', ?, ?, '10', '4.9',"
        f" ?, 'USD', '2026-06-16', {evidence})",
        [subject, verdict, difference],
    )


def rows_of(
    night: duckdb.DuckDBPyConnection,
    known: dict[str, Known] | None = None,
    said: dict[str, Said] | None = None,
) -> list[dict[str, str]]:
    """The rows as of Tuesday."""
    findings = read_findings(night, known or {})
    return as_rows(findings, known or {}, said or {}, [RULE], TUESDAY, [FRIDAY, MONDAY, TUESDAY])


def test_a_new_break_is_a_row_with_every_column(night: duckdb.DuckDBPyConnection) -> None:
    """Written out once, cell by cell."""
    add(night, "break")
    (row,) = rows_of(night)
    assert list(row) == list(COLUMNS)
    assert list(row.values()) == [
        IDENTITY, "area/sums_differ", "S1", "break", "2026-06-16", "A1", "AAPL", "order O1",
        "10", "4.9", "-5.1", "USD", "E1 E2",
        "Sums differ (AAPL order O1): expected 10, saw 4.9, difference -5.1 USD.",
        "2026-06-16", "0", "", "", "",
    ]  # fmt: skip


def test_passed_things_are_no_rows(night: duckdb.DuckDBPyConnection) -> None:
    """Within tolerance is a pass too."""
    add(night, "pass")
    add(night, "within_tolerance", subject="order O2")
    assert rows_of(night) == []


@pytest.mark.parametrize("evidence", ["[]", "null", "[null]"])
def test_a_break_without_evidence_has_an_empty_cell(
    night: duckdb.DuckDBPyConnection, evidence: str
) -> None:
    """A thing that is missing has left no event behind."""
    add(night, "break", evidence=evidence)
    assert rows_of(night)[0]["evidence"] == ""


def test_an_absent_difference_is_an_empty_cell(night: duckdb.DuckDBPyConnection) -> None:
    """Not every break is a number."""
    add(night, "break", difference=None)
    (row,) = rows_of(night)
    assert row["difference"] == ""
    assert row["explanation"] == "Sums differ (AAPL order O1): expected 10, saw 4.9."


def test_what_is_pending_says_until_when(night: duckdb.DuckDBPyConnection) -> None:
    """Finance need not work it yet."""
    add(night, "pending")
    (row,) = rows_of(night)
    assert row["state"] == "pending"
    assert row["explanation"].endswith("; awaited until 2026-06-16.")


def test_an_old_break_keeps_its_first_night_and_counts_trading_days(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """From Friday to Tuesday are two trading days; people's words come from the log."""
    add(night, "break")
    known = {IDENTITY: Known(FRIDAY, "break", RULE.rule, "-5.1")}
    (row,) = rows_of(night, known, {IDENTITY: Said("ann", "timing", "asked")})
    assert (row["first_seen"], row["age_business_days"]) == ("2026-06-12", "2")
    assert (row["owner"], row["reason_code"], row["comment"]) == ("ann", "timing", "asked")


@pytest.mark.parametrize("state", ["break", "pending"])
def test_what_could_not_be_evaluated_stays_as_it_was(
    night: duckdb.DuckDBPyConnection, state: str
) -> None:
    """Silence is no repair: state and amount are those of the last night that could see it."""
    add(night, "not_evaluated", difference=None)
    (row,) = rows_of(night, {IDENTITY: Known(MONDAY, state, RULE.rule, "-5.1")})
    assert (row["state"], row["difference"], row["first_seen"]) == (state, "-5.1", "2026-06-15")


@pytest.mark.parametrize("known", [{}, {IDENTITY: Known(MONDAY, "cleared", RULE.rule, "")}])
def test_what_could_not_be_evaluated_and_was_not_open_is_no_row(
    night: duckdb.DuckDBPyConnection, known: dict[str, Known]
) -> None:
    """It is counted in rules.csv, and nothing is claimed of it."""
    add(night, "not_evaluated")
    assert rows_of(night, known) == []


def test_rows_are_sorted_whatever_the_order_of_the_verdicts(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """The same verdicts give the same bytes."""
    for subject in ("order O3", "order O1", "order O2"):
        add(night, "break", subject=subject)
    assert [row["subject"] for row in rows_of(night)] == ["order O1", "order O2", "order O3"]


def test_the_sentence_says_nothing_where_there_is_nothing(night: duckdb.DuckDBPyConnection) -> None:
    """An absent value is named, not left blank."""
    add(night, "break", difference=None)
    night.execute("update verdicts set expected = null, actual = null, symbol = null, unit = null")
    (finding,) = read_findings(night, {})
    assert explain(finding, "Title") == "Title (order O1): expected nothing, saw nothing."


def test_a_rule_that_could_not_judge_is_not_said_to_have_found_its_fault(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """The sentence speaks of the rule, not of sums."""
    add(night, "break", difference=None, subject=ITSELF)
    (row,) = rows_of(night)
    assert row["explanation"] == (
        "The rule could not judge everything (AAPL the rule itself): expected 10, saw 4.9."
    )
