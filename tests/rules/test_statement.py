"""A rule file is one SELECT and changes nothing: by no second statement and by no call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from recon.rules import run as rules_run
from recon.rules.header import RuleError, parse_rule
from recon.rules.run import run_rules
from recon.warehouse.connect import lock_down
from recon.warehouse.load import show_night
from tests.cases import empty_warehouse

NIGHT = date(2026, 6, 16)
HEAD = """-- title:    Things differ
-- severity: S2
-- scope:    account
-- reads:    opening
-- params:   none
--
-- They must not.
"""
VERDICT = "'A1' as account_id, 'order O1' as subject, '{}' as verdict, '' as expected, '' as actual"
BROKEN = f"select {VERDICT.format('break')}, ['E1'] as evidence"
RIGHT = f"select {VERDICT.format('pass')}, ['E1'] as evidence"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse as a night has it when the rules run: with a row to lose, and locked down."""
    with empty_warehouse(tmp_path_factory.mktemp("archive")) as connection:
        show_night(connection, NIGHT, None)
        connection.execute("create table main.kept as select 1 as number")
        lock_down(connection)
        yield connection


def run(warehouse: duckdb.DuckDBPyConnection, text: str) -> None:
    """A rule that finds a break, then one of this text."""
    texts = {"trades/broken": BROKEN, "trades/hostile": text}
    rules = [parse_rule(name, HEAD + each) for name, each in texts.items()]
    run_rules(warehouse, rules, NIGHT)


HOSTILE = [
    (f"{RIGHT}; delete from found_0", "Only SELECT statements"),
    (f"{RIGHT}; update found_0 set verdict = 'pass'", "Only SELECT statements"),
    (f"{RIGHT}; drop table main.kept", "Only SELECT statements"),
    (f"{RIGHT}; commit; delete from main.kept", "Only SELECT statements"),
    (f"{RIGHT}; {RIGHT}", "2 statements"),
    (f"with gone as (delete from main.kept returning *) {RIGHT} from gone", "a DELETE within it"),
    (
        f"with gone as (delete from found_0 returning *) {RIGHT} from gone",
        "a DELETE within it",
    ),
    (
        f"with more as (insert into found_0 by name {RIGHT} returning *) {RIGHT} from more",
        "a INSERT within it",
    ),
    (
        f"with more as (update found_0 set verdict = 'pass' returning *) {RIGHT} from more",
        "a UPDATE within it",
    ),
    (f"{RIGHT} from checkpoint()", "the table function checkpoint"),
    (f"{RIGHT} from query('select 1')", "the table function query"),
    (f"{RIGHT} from (select * from duckdb_settings()) as s", "the table function duckdb_settings"),
    ("create table main.more as select 1", "Only SELECT statements"),
    ("pragma database_list", "Only SELECT statements"),
    ("set threads = 1", "Only SELECT statements"),
    ("attach ':memory:' as more", "Only SELECT statements"),
    ("copy (select 1) to 'out.csv'", "Only SELECT statements"),
    ("", "0 statements"),
    (f"{RIGHT}) as x; drop table main.kept; select * from (select 1", "syntax error"),
]


@pytest.mark.parametrize(("text", "seen"), HOSTILE, ids=lambda value: value[-40:])
def test_anything_but_one_select_is_refused_by_name(
    warehouse: duckdb.DuckDBPyConnection, text: str, seen: str
) -> None:
    """With the file, and before any of it runs: what another rule found is still there."""
    with pytest.raises(RuleError, match="expected one SELECT, of tables") as caught:
        run(warehouse, text)
    assert f"; saw {seen}" in str(caught.value)
    assert "(sql/rules/trades/hostile.sql)" in str(caught.value)
    assert "\n" not in str(caught.value)
    found = warehouse.execute("select verdict from found_0").fetchall()
    assert found == [("break",)]
    assert warehouse.execute("select number from main.kept").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        f"{RIGHT}; drop table main.kept",
        f"with gone as (delete from main.kept returning *) {RIGHT} from gone",
        f"{RIGHT} where nextval('main.counter') > 0",
    ],
)
def test_what_the_parser_would_let_through_duckdb_itself_refuses(
    warehouse: duckdb.DuckDBPyConnection, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two walls: behind the parsed tree stands a transaction that is read-only."""
    warehouse.execute("create sequence if not exists main.counter")
    monkeypatch.setattr(rules_run, "check_statement", lambda rule: None)
    with pytest.raises(RuleError, match="transaction is launched in read-only mode"):
        run(warehouse, text)
    assert warehouse.execute("select number from main.kept").fetchall() == [(1,)]


def test_a_select_with_names_lists_and_ranges_is_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """With a semicolon at its end, a recursion, and the functions that make rows."""
    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) "
    run(
        warehouse,
        f"{numbers}{RIGHT} from n, unnest([1]) as u(x), range(1) as r(y) where i = 1"
        f" union all select {VERDICT.format('break').replace('O1', 'O2')}, [] as evidence;",
    )
    found = warehouse.execute("select subject, verdict from verdicts order by all").fetchall()
    assert found == [("order O1", "break"), ("order O1", "pass"), ("order O2", "break")]
