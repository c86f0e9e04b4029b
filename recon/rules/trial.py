"""Runs the cases of a fixture: a night made of the given rows, and what the SQL says of it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from recon.ledger.post import post_night
from recon.rules.fixture import Case, Fixture, Rows
from recon.rules.given import stage_given
from recon.rules.header import RuleError, parse_rule
from recon.rules.statement import check_statement
from recon.rules.verdicts import verdict_rows
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night
from recon.warehouse.sql_dependencies import reads

Row = tuple[str | None, ...]
HIDDEN = " in no night"
# What other tables are made of beside messages: given rows stand there alone.
INPUTS = {"calendar", "fetches", "published_rates"}
# A given activity was never in another state, unless the case gives states too.
ONLY_STATE = """
insert into events.activity_states by name
select * exclude (state, changed, conflicts), 1 as state, true as changed from events.activities
where activity_id not in (select activity_id from events.activity_states)
"""
WITHOUT_DAY = "select count(*) from events.{table} where system_date is null"


@dataclass(frozen=True)
class Trial:
    """How a case ended: rows that were expected and did not come, and the other way round."""

    case: str
    columns: list[str]
    missing: list[Row]
    unexpected: list[Row]

    @property
    def passed(self) -> bool:
        """Whether the rows were exactly those."""
        return not self.missing and not self.unexpected

    def lines(self) -> Iterator[str]:
        """What a rule's author needs to see of a case that failed."""
        yield f"case {self.case}"
        yield f"  {','.join(self.columns)}"
        yield from (
            f"- {','.join(map(_cell, row))}   expected, did not come" for row in self.missing
        )
        yield from (
            f"+ {','.join(map(_cell, row))}   came, not expected" for row in self.unexpected
        )


def empty_warehouse(archive: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse of an empty archive: every table, no row, the real reference data."""
    connection = connect(MEMORY)
    load_events(connection, archive, [])
    return connection


def try_case(
    connection: duckdb.DuckDBPyConnection, sql: str, fixture: Fixture, case: Case
) -> Trial:
    """Build the night from the given rows inside a transaction, and compare the result.

    Raises RuleError for a given row that the night would hide, duckdb.Error for SQL that fails.
    """
    columns, wanted = expected_rows(case)
    seen = Counter(rows_of(connection, sql, fixture, case, columns))
    return Trial(
        case.name, columns, list((wanted - seen).elements()), list((seen - wanted).elements())
    )


def expected_rows(case: Case) -> tuple[list[str], Counter[Row]]:
    """The columns that count, and the rows of a case, as texts."""
    columns = case.columns or ["subject"]
    return columns, Counter(_shown(row, columns) for row in case.expect)


def rows_of(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    fixture: Fixture,
    case: Case,
    columns: Sequence[str],
) -> list[Row]:
    """Those columns of what the SQL gives on the night of the case, as texts."""
    with given(connection, fixture, case, sql):
        return result_rows(connection, sql, fixture, columns)


@contextlib.contextmanager
def given(
    connection: duckdb.DuckDBPyConnection, fixture: Fixture, case: Case, sql: str
) -> Iterator[None]:
    """The night of the case with the tables that the SQL reads, which is gone afterwards."""
    connection.execute("begin transaction")
    try:
        _give(connection, fixture, case, reads(sql))
        yield
    finally:
        connection.execute("rollback")


def result_rows(
    connection: duckdb.DuckDBPyConnection, sql: str, fixture: Fixture, columns: Sequence[str]
) -> list[Row]:
    """Those columns of what the SQL gives on the night that is given, as texts."""
    relation = _relation(connection, sql, fixture)
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    return [_shown(row, columns) for row in rows]


def _relation(
    connection: duckdb.DuckDBPyConnection, sql: str, fixture: Fixture
) -> duckdb.DuckDBPyRelation:
    """The rows of the table, or the verdicts of the rule, as a night has them."""
    if "-- params:" not in sql:
        return connection.sql(sql)
    rule = parse_rule(fixture.subject, sql)
    params = {name: default or str(fixture.system_date) for name, default in rule.params.items()}
    check_statement(rule)  # a read-only transaction, as a night has, would not be one
    connection.execute(f"create or replace temp table found as {sql}", params)
    found = connection.table("found")
    columns = dict(zip(found.columns, map(str, found.types), strict=True))
    return connection.sql(verdict_rows("from found", columns, fixture.system_date))


def _give(
    connection: duckdb.DuckDBPyConnection, fixture: Fixture, case: Case, read: set[str]
) -> None:
    """Insert what the case gives, and make the ledger tables that the SQL reads."""
    archived = _columns_of_events(connection)
    tables = {title.removesuffix(HIDDEN): rows for title, rows in case.given.items()}
    messages = {name: rows for name, rows in tables.items() if " " in name}
    for table in INPUTS & tables.keys():
        connection.execute(f"delete from events.{table}")  # noqa: S608 -- names of ours
        _insert(connection, f"events.{table}", tables[table])
    stage_given(connection, messages)
    for table in archived.keys() & tables.keys() - INPUTS:
        _insert(connection, f"events.{table}", tables[table])
        if "system_date" in archived[table] and f"{table}{HIDDEN}" not in case.given:
            _refuse_hidden(connection, table, fixture, case)
    if "activities" in tables:
        connection.execute(ONLY_STATE)
    opening = connection.execute("select system_date from events.opening").fetchall()
    show_night(connection, fixture.system_date, opening[0][0] if opening else None)
    chosen = tables.get("assumption_choices", [])
    choices = {str(row["assumption"]): str(row["value"]) for row in chosen}
    needed = read | {fixture.subject.partition("/")[0]} | tables.keys()
    post_night(connection, fixture.system_date, choices, needed)
    for table in tables.keys() - messages.keys() - archived.keys():
        connection.execute(f"delete from main.{table}")  # noqa: S608 -- a table of the fixture
        _insert(connection, f"main.{table}", tables[table])


def _columns_of_events(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = connection.execute(
        "select table_name, list(column_name) from information_schema.columns"
        " where table_schema = 'events' group by table_name"
    ).fetchall()
    return {table: set(columns) for table, columns in rows}


def _refuse_hidden(
    connection: duckdb.DuckDBPyConnection, table: str, fixture: Fixture, case: Case
) -> None:
    ((hidden,),) = connection.execute(WITHOUT_DAY.format(table=table)).fetchall()
    if hidden:
        raise RuleError(
            expected=f"a system_date in each given row of {table}: no night shows one without",
            seen=f"{hidden} without",
            where=f"{fixture.path}, case {case.name}",
            next_step=f"add the column system_date, or write `given {table}{HIDDEN}`",
        )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))  # noqa: S608 -- a table of the fixture


def _shown(row: Mapping[str, object], columns: Sequence[str]) -> Row:
    return tuple(_text(row[column]) for column in columns)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return "[" + " ".join(str(item) for item in value) + "]"
    text = str(value)
    try:
        return format(Decimal(text).normalize() + 0, "f")
    except ArithmeticError:
        return text


def _cell(value: str | None) -> str:
    return "" if value is None else value
