"""Reads and runs `.test` fixtures of SQL files: tables in, rows out, all as CSV.

    # rule: trades/order_quantity_differs      (or `# ledger: <table>`, or `# events: <table>`)
    # with: system_date = 2026-06-15

    case a lost execution is a break
    given executions
    execution_id,account_id,...
    E2,A1,...
    expect
    subject,verdict,difference
    order O1,break,-3

A given table is inserted into what was archived (or, for a ledger table, into the ledger); only
the named columns are filled. Expected rows are all rows, in any order, only the named columns;
`expect none` is no row at all. An empty cell is null; decimals compare as numbers.
`given nta samples` and `given nta events` take messages: see `tests/samples.py`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from recon.ledger.post import post_night
from recon.rules.header import parse_rule
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night
from recon.warehouse.order import reads
from tests.samples import stage_given

# A given activity was never in another state, unless the case gives states too.
ONLY_STATE = """
insert into events.activity_states by name
select * exclude (state, changed, conflicts), 1 as state, true as changed from events.activities
where activity_id not in (select activity_id from events.activity_states)
"""


@dataclass
class Case:
    """One case of a fixture file."""

    name: str
    given: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)
    expect: list[dict[str, str | None]] | None = None
    columns: list[str] = field(default_factory=list)


@dataclass
class Fixture:
    """One `.test` file: the SQL file it is about, its parameters, its cases."""

    path: Path
    subject: str
    system_date: date
    cases: list[Case]


def read_fixture(path: Path) -> Fixture:
    """Parse a fixture file; every line must be understood."""
    head, *blocks = path.read_text(encoding="utf-8").split("\ncase ")
    keys = dict(
        line.removeprefix("# ").split(": ", 1) for line in head.splitlines() if ": " in line
    )
    day = keys["with"].removeprefix("system_date = ").strip()
    subject = keys.get("rule") or keys.get("ledger") or keys["events"]
    return Fixture(path, subject, date.fromisoformat(day), [_case(block) for block in blocks])


def run_case(connection: duckdb.DuckDBPyConnection, sql: str, fixture: Fixture, case: Case) -> None:
    """Build the night from the given rows inside a transaction, and compare the result."""
    connection.execute("begin transaction")
    try:
        archived = {
            row[0]
            for row in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'events'"
            ).fetchall()
        }
        stage_given(connection, {name: case.given[name] for name in case.given if " " in name})
        for table in archived & set(case.given):
            _insert(connection, f"events.{table}", case.given[table])
        if "activities" in case.given:
            connection.execute(ONLY_STATE)
        opening = connection.execute("select system_date from events.opening").fetchall()
        show_night(connection, fixture.system_date, opening[0][0] if opening else None)
        chosen = case.given.get("reading_choices", [])
        choices = {str(row["reading"]): str(row["value"]) for row in chosen}
        needed = reads(sql) | {fixture.subject.partition("/")[0]} | set(case.given)
        post_night(connection, fixture.system_date, choices, needed)
        for table in {name for name in case.given if " " not in name} - archived:
            connection.execute(f"delete from main.{table}")
            _insert(connection, f"main.{table}", case.given[table])
        rule = parse_rule(fixture.subject, sql).params if "-- params:" in sql else {}
        params = {name: default or str(fixture.system_date) for name, default in rule.items()}
        relation = connection.sql(sql, params=params)
        got = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    finally:
        connection.execute("rollback")
    wanted = Counter(_shown(row, case.columns) for row in case.expect or [])
    assert Counter(_shown(row, case.columns or ["subject"]) for row in got) == wanted


def empty_warehouse(archive: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse of an empty archive: every table, no row, the real reference data."""
    connection = connect(MEMORY)
    load_events(connection, archive, [])
    return connection


def _case(block: str) -> Case:
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
    case = Case(lines[0])
    sections: list[tuple[str, list[str]]] = []
    for line in lines[1:]:
        if line.startswith("given ") or line.split(" ")[0] == "expect":
            sections.append((line, []))
        else:
            sections[-1][1].append(line)
    for title, rows in sections:
        reader = csv.DictReader(rows)
        table = [{key: value or None for key, value in row.items()} for row in reader]
        if title.startswith("given "):
            case.given[title.removeprefix("given ")] = table
        else:
            case.expect = table
            case.columns = list(reader.fieldnames or [])
    assert case.expect is not None, f"case {case.name} expects nothing"
    return case


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, str | None]]
) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def _shown(row: Mapping[str, object], columns: list[str]) -> tuple[str | None, ...]:
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
