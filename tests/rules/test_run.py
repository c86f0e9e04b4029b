"""A rule against data that is too odd for it: a break of that rule, never the end of the night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recon.rules.header import ITSELF, Rule, RuleError, parse_rule
from recon.rules.run import ONE_ROW_EACH, run_rules
from recon.warehouse.load import show_night
from tests.cases import empty_warehouse

NIGHT = date(2026, 6, 16)
THINGS = "(values {rows}) as things (account_id, subject, verdict, actual, due_date, evidence)"
TEXT = """-- title:    Things differ
-- severity: S2
-- scope:    account
-- reads:    {reads}
-- params:   none
--
-- They must not.
select
    account_id, null::varchar as symbol, subject, verdict, null::varchar as expected,
    actual, null::decimal(38, 9) as difference, null::varchar as unit,
    due_date::date as due_date, [evidence] as evidence
from (THINGS)
""".replace("(THINGS)", THINGS)
GOOD = "('A1', 'order O1', 'pass', '1', null, 'E1')"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse that shows the night."""
    with empty_warehouse(tmp_path) as connection:
        show_night(connection, NIGHT, None)
        yield connection


def rule(*rows: str, reads: str = "opening", name: str = "trades/things_differ") -> Rule:
    """A rule that gives those rows."""
    return parse_rule(name, TEXT.format(rows=", ".join(rows), reads=reads))


def verdicts(connection: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple[Any, ...]]:
    """Those columns of what was found."""
    return connection.execute(f"select {', '.join(columns)} from verdicts order by all").fetchall()


def test_a_subject_twice_is_a_break_of_the_rule_and_its_other_rows_count(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Which of the two is meant nobody knows, so both are named and neither counts."""
    twice = [
        "('A1', 'order O2', 'pass', '2', null, 'E2')",
        "('A1', 'order O2', 'break', '3', null, 'E3')",
        "('A2', 'order O2', 'break', '4', null, 'E4')",
    ]
    run_rules(warehouse, [rule(GOOD, *twice)], NIGHT)
    found = verdicts(warehouse, "account_id", "subject", "severity", "verdict", "actual")
    assert found == [
        ("A1", "order O1", "S2", "pass", "1"),
        ("A2", "order O2", "S2", "break", "4"),
        (
            None,
            ITSELF,
            "S0",
            "break",
            "twice: A1 order O2 break saw 3; twice: A1 order O2 pass saw 2",
        ),
    ]
    itself = warehouse.execute(
        "select expected, difference, unit, evidence from verdicts where subject = ?", [ITSELF]
    ).fetchall()
    assert itself == [(ONE_ROW_EACH, Decimal(2), "rows", ["E2", "E3"])]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("('A1', null, 'pass', '2', null, 'E2')", "no subject: A1 pass saw 2"),
        ("('A1', 'order O2', null, '2', null, 'E2')", "no verdict: A1 order O2 saw 2"),
        ("('A1', 'order O2', 'odd', '2', null, 'E2')", "unknown verdict: A1 order O2 odd saw 2"),
        (
            "('A1', 'order O2', 'pending', '2', null, 'E2')",
            "pending without a due date: A1 order O2 pending saw 2",
        ),
        ("(null, null, null, null, null, null)", "no subject:"),
    ],
)
def test_a_row_against_the_contract_is_a_break_of_the_rule(
    warehouse: duckdb.DuckDBPyConnection, row: str, said: str
) -> None:
    """A subject or a verdict that is missing, another verdict, a wait without an end."""
    run_rules(warehouse, [rule(GOOD, row)], NIGHT)
    assert verdicts(warehouse, "subject", "severity", "verdict", "actual") == [
        ("order O1", "S2", "pass", "1"),
        (ITSELF, "S0", "break", said),
    ]


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        ("(account_id || 'x')::int::varchar", "Conversion Error"),
        (
            "(len(account_id) * 99999999999999999999999999999.0::decimal(38, 9))::varchar",
            "Out of Range",
        ),
        ("(select unnest([account_id, 'B']))", "Invalid Input Error: More than one row"),
        ("error(account_id)::varchar", "Invalid Input Error: A1"),
    ],
)
def test_a_rule_that_the_data_is_too_much_for_stops_no_other(
    warehouse: duckdb.DuckDBPyConnection, actual: str, said: str
) -> None:
    """What goes wrong while the rows are read is the data's doing: other rules go on."""
    warehouse.execute(f"create table things as select * from {THINGS.format(rows=GOOD)}")
    text = TEXT.replace("    actual,", f"    {actual} as actual,").replace(THINGS, "things")
    bad = parse_rule("trades/a", text.format(reads="things"))
    run_rules(warehouse, [bad, rule(GOOD)], NIGHT)
    (itself, good) = verdicts(warehouse, "rule", "subject", "severity", "verdict", "actual")
    assert itself[:4] == ("trades/a", ITSELF, "S0", "break")
    assert itself[4].startswith(said), itself
    assert good == ("trades/things_differ", "order O1", "S2", "pass", "1")


def test_a_break_that_is_due_later_is_pending_until_then(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The due date is the first day on which it is a break; only what is pending has one."""
    rows = [
        "('A1', 'order O1', 'break', '1', '2026-06-17', 'E1')",
        "('A1', 'order O2', 'break', '1', '2026-06-16', 'E2')",
        "('A1', 'order O3', 'break', '1', null, 'E3')",
        "('A1', 'order O4', 'pass', '1', '2026-06-17', 'E4')",
        "('A1', 'order O5', 'pending', '1', '2026-06-17', 'E5')",
    ]
    run_rules(warehouse, [rule(*rows)], NIGHT)
    assert verdicts(warehouse, "subject", "verdict", "due_date") == [
        ("order O1", "pending", date(2026, 6, 17)),
        ("order O2", "break", None),
        ("order O3", "break", None),
        ("order O4", "pass", None),
        ("order O5", "pending", date(2026, 6, 17)),
    ]


def test_columns_are_taken_by_name_and_what_says_nothing_is_left_out(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Account, symbol, difference, unit and due date are null where a rule does not give them."""
    text = """-- title:    Things differ
-- severity: S2
-- scope:    all
-- reads:    opening
-- params:   none
--
-- They must not.
select ['E1'] as evidence, 'is' as actual, 'must' as expected, 'break' as verdict, 'it' as subject
"""
    run_rules(warehouse, [parse_rule("trades/a", text)], NIGHT)
    columns = ["account_id", "subject", "verdict", "expected", "actual", "difference", "evidence"]
    assert verdicts(warehouse, *columns) == [
        (None, "it", "break", "must", "is", None, ["E1"]),
    ]


def test_many_rows_against_the_contract_are_counted_and_ten_are_shown(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """One line for finance, whatever the data is."""
    run_rules(warehouse, [rule(*[GOOD] * 12)], NIGHT)
    ((actual, difference),) = verdicts(warehouse, "actual", "difference")
    assert actual.count("twice: A1 order O1 pass saw 1; ") == 10
    assert actual.endswith("; and 2 more")
    assert difference == 12


def test_a_rule_that_could_not_judge_is_a_break_though_its_input_is_incomplete(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Its rows are not evaluated, but no night with it may be called clean."""
    odd = "('A1', 'order O2', null, '2', null, 'E2')"
    run_rules(warehouse, [rule(GOOD, odd, reads="executions")], NIGHT, {"trades"})
    assert verdicts(warehouse, "subject", "verdict") == [
        ("order O1", "not_evaluated"),
        (ITSELF, "break"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("subject,", "subjekt,", 1),
        TEXT.replace("null::varchar as unit", "0 as unit"),
        TEXT.replace("null::varchar as expected,", ""),
    ],
)
def test_a_rule_that_is_wrong_whatever_the_data_ends_the_night(
    warehouse: duckdb.DuckDBPyConnection, text: str
) -> None:
    """That is our own fault, and shows in the first test of the rule."""
    with pytest.raises(RuleError):
        run_rules(warehouse, [parse_rule("trades/a", text.format(rows=GOOD, reads="x"))], NIGHT)


@pytest.mark.parametrize(("scope", "column"), [("account", "account_id"), ("symbol", "symbol")])
def test_a_rule_that_fails_on_one_account_judges_the_others(
    warehouse: duckdb.DuckDBPyConnection, scope: str, column: str
) -> None:
    """The break is the one account's, or symbol's; the others have the verdicts they have without
    it."""
    for number in range(40):
        warehouse.execute(
            f"insert into events.executions by name select 'N{number:02d}' as {column},"
            " 'E' as execution_id, date '2026-06-16' as system_date,"
            f" {10**15 if number in (7, 31) else number} as qty, {10**15} as price"
        )
    text = TEXT.format(rows=GOOD, reads="executions").partition("select")[0]
    text = text.replace("scope:    account", f"scope:    {scope}")
    text += f"""select {column}, 'product' as subject, 'pass' as verdict,
        (qty * price)::varchar as expected, '' as actual, []::varchar[] as evidence
        from executions"""
    run_rules(warehouse, [parse_rule("trades/products", text)], NIGHT)
    found = verdicts(warehouse, column, "subject", "verdict")
    right = [(f"N{n:02d}", "product", "pass") for n in range(40) if n not in (7, 31)]
    assert found == sorted(right + [(name, ITSELF, "break") for name in ("N07", "N31")])
    assert warehouse.execute("select count(*) from executions").fetchall() == [(40,)]
