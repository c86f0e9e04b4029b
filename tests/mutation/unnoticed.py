"""Which mutants of an SQL file no case of its fixture notices."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import duckdb

from recon.errors import ReconError
from recon.paths import folder
from recon.rules.fixture import Case, Fixture, read_fixture
from recon.rules.trial import Row, empty_warehouse, expected_rows, given, result_rows
from tests.mutation.mutants import Mutant, mutants

SQL = folder("sql")


def survivors(name: str, fixture_path: Path, each: int) -> tuple[str, int, list[str]]:
    """The file, how many mutants were tried, and those that no case noticed."""
    sql = (SQL / f"{name}.sql").read_text("utf-8")
    fixture = read_fixture(fixture_path)
    alive = list(mutants(sql))
    alive = alive[:: max(1, len(alive) // each)][:each] if each else alive
    tried = len(alive)
    with tempfile.TemporaryDirectory() as archive:
        connection = empty_warehouse(Path(archive))
        for case in fixture.cases:
            alive = list(_unnoticed(connection, sql, fixture, case, alive))
    return name, tried, [f"{mutant}" for mutant in alive]


def _unnoticed(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    fixture: Fixture,
    case: Case,
    alive: Sequence[Mutant],
) -> Iterator[Mutant]:
    """The mutants that give exactly what the case expects; an error is noticed."""
    columns, wanted = expected_rows(case)
    with given(connection, fixture, case, sql):
        if Counter(_rows(connection, sql, fixture, columns)) != wanted:
            raise click.ClickException(f"{fixture.path}: {case.name!r} does not hold as it is")
    waiting = list(alive)
    while waiting:
        with given(connection, fixture, case, sql):
            while waiting:
                mutant = waiting.pop(0)
                try:
                    rows = _rows(connection, mutant.sql, fixture, columns)
                except (duckdb.Error, ReconError):
                    break  # a night must be given again after some errors
                if Counter(rows) == wanted:
                    yield mutant


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, fixture: Fixture, columns: Sequence[str]
) -> list[Row]:
    """What a rule gives, or the table of any other file."""
    if "-- params:" in sql:
        return result_rows(connection, sql, fixture, columns)
    day = {"system_date": str(fixture.system_date)} if "$system_date" in sql else {}
    connection.execute(f"create or replace temp table found as {sql}", day)
    return result_rows(connection, "select * from temp.found", fixture, columns)
