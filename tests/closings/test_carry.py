"""What was open before the beginning keeps its state, unless the night judged it anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from recon.closings.carry import carry_open_items
from tests.cases import empty_warehouse

NIGHT, BASE, BEFORE = date(2026, 6, 18), date(2026, 6, 15), date(2026, 6, 11)
NEXT = date(2026, 6, 16)
RULE, LATER = "money/journal_not_zero_sum", "money/transfer_not_posted"
STATE = """
insert into events.activity_states by name
select 'N2' as activity_id, $day::date as system_date, $receipt::bigint as receipt_order
"""
RESULT = "select account_id, subject, verdict, difference, due_date, evidence from main.verdicts"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A night that begins after BASE, with one open break on N1, whose rule judged nothing yet."""
    with empty_warehouse(tmp_path) as connection:
        connection.execute("insert into events.opening values (?)", [BASE])
        connection.execute("insert into events.carried values ('N1')")
        connection.execute(
            "create table main.rule_pack as select unnest([?, ?]) as rule", [RULE, LATER]
        )
        connection.execute("create table main.books_start as select ?::date as begins", [NEXT])
        connection.execute(
            """create table main.verdicts (rule varchar, severity varchar, account_id varchar,
            symbol varchar, subject varchar, verdict varchar, expected varchar, actual varchar,
            difference decimal(38, 9), unit varchar, due_date date, evidence varchar[])"""
        )
        is_open(connection, "journal J1", ["N1"])
        yield connection


def is_open(
    night: duckdb.DuckDBPyConnection,
    subject: str,
    evidence: list[str],
    *,
    state: str = "break",
    due_date: str = "",
    until: date | None = BEFORE,
    rule: str = RULE,
) -> None:
    """Something that the last night left open."""
    night.execute(
        "insert into events.start_open values (?, ?, 'S2', ?, 'A1', '', ?, '0', '-5', '-5', 'USD',"
        " ?, ?, ?, 1)",
        [subject, rule, state, subject, due_date, evidence, until],
    )


def judged(
    night: duckdb.DuckDBPyConnection, account_id: str | None, subject: str, evidence: list[str]
) -> None:
    """A pass of this night's rules."""
    night.execute(
        "insert into main.verdicts (rule, severity, account_id, subject, verdict, evidence)"
        " values (?, 'S2', ?, ?, 'pass', ?)",
        [RULE, account_id, subject, evidence],
    )


def result(night: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Account, subject, verdict, difference, due date and evidence of each verdict."""
    reads = {
        RULE: {"activities"},
        LATER: {"transfer_entries", "books_start"},
        "statements/cash_differs": {"cash_proof"},
    }
    carry_open_items(night, reads, NIGHT)
    return night.execute(f"{RESULT} order by all").fetchall()


def test_what_nobody_judged_stays_open(night: duckdb.DuckDBPyConnection) -> None:
    """The journal lies before the beginning, so its rule has no verdict on it."""
    assert result(night) == [("A1", "journal J1", "break", -5, None, ["N1"])]


def test_a_verdict_on_carried_events_alone_does_not_count(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """The rule saw the one activity that is carried, and not all that belongs to it."""
    judged(night, "A1", "journal J1", ["N1"])
    assert result(night) == [("A1", "journal J1", "break", -5, None, ["N1"])]


@pytest.mark.parametrize("account_id", ["A1", None])
def test_a_verdict_together_with_a_later_event_counts(
    night: duckdb.DuckDBPyConnection, account_id: str | None
) -> None:
    """The other side came: the journal is that of two accounts now, and is as it should be."""
    judged(night, account_id, "journal J1", ["N1", "N2"])
    assert result(night) == [(account_id, "journal J1", "pass", None, None, ["N1", "N2"])]


def test_a_verdict_on_the_same_events_by_another_subject_does_not_count(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """That an event cannot be read is said each night, that it is not booked on its own."""
    is_open(night, "execution E1", ["E1"])
    is_open(night, "both", ["E1", "E2"])
    judged(night, "A1", "event E1", ["E1"])
    judged(night, "A1", "both again", ["E1", "E2"])
    subjects = [row[1] for row in result(night)]
    assert subjects == ["both", "both again", "event E1", "execution E1", "journal J1"]


def test_what_is_judged_every_night_is_not_carried(night: duckdb.DuckDBPyConnection) -> None:
    """A break that names no event, or one after the beginning, is this night's to find."""
    is_open(night, "balance", [], until=None)
    is_open(night, "journal J9", ["N9"], until=NIGHT)
    assert [row[1] for row in result(night)] == ["journal J1"]


@pytest.mark.parametrize(
    ("due_date", "expected"),
    [
        ("2026-06-19", ("pending", date(2026, 6, 19))),
        ("2026-06-18", ("break", None)),
        ("", ("not_evaluated", None)),
    ],
)
def test_what_is_awaited_is_a_break_from_its_due_date_on(
    night: duckdb.DuckDBPyConnection, due_date: str, expected: tuple[str, date | None]
) -> None:
    """Whether its rule looks at it again or not."""
    is_open(night, "journal J2", ["N3"], state="pending", due_date=due_date)
    (row,) = [row for row in result(night) if row[1] == "journal J2"]
    assert (row[2], row[4]) == expected


def test_a_break_of_a_rule_that_is_gone_is_gone(night: duckdb.DuckDBPyConnection) -> None:
    """Nobody can say any more whether it holds."""
    night.execute("delete from main.rule_pack")
    assert result(night) == []


def test_the_first_day_of_the_books_is_judged_by_some_rules_alone(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """A rule on what began with the books has not seen that day, another has and says no more."""
    is_open(night, "activity N2", ["N2"], until=NEXT, rule=LATER)
    is_open(night, "journal J2", ["N2"], until=NEXT)
    night.execute(STATE, {"day": NEXT, "receipt": 1_000_000_000})
    assert [row[1] for row in result(night)] == ["activity N2", "journal J1"]


@pytest.mark.parametrize(("day", "receipt"), [(NEXT, 2_000_000_000), (NIGHT, 1_000_000_000)])
def test_a_state_that_is_later_or_came_later_counts(
    night: duckdb.DuckDBPyConnection, day: date, receipt: int
) -> None:
    """The deposit was canceled, for its own day or a later one: its rule has nothing to say."""
    is_open(night, "activity N2", ["N2"], until=NEXT, rule=LATER)
    night.execute(STATE, {"day": day, "receipt": receipt})
    assert [row[1] for row in result(night)] == ["journal J1"]


def test_what_is_open_may_have_a_due_date_or_none(night: duckdb.DuckDBPyConnection) -> None:
    """Hundreds of each in turn."""
    for number in range(300):
        state, due_date = ("pending", "2026-06-19") if number % 2 else ("break", "")
        is_open(night, f"journal K{number}", [f"K{number}"], state=state, due_date=due_date)
    assert len(result(night)) == 301
