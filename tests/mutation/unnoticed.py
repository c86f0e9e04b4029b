"""Which mutants of an SQL file no case of its fixture notices."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from recon.paths import folder
from recon.rules.fixture import Case, Fixture, read_fixture
from recon.rules.trial import empty_warehouse, expected_rows, given, result_rows
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
            alive = list(_unnoticed(connection, fixture, case, alive))
    return name, tried, [f"{mutant}" for mutant in alive]


def _unnoticed(
    connection: duckdb.DuckDBPyConnection, fixture: Fixture, case: Case, alive: Sequence[Mutant]
) -> Iterator[Mutant]:
    """The mutants that give exactly what the case expects; an error is noticed."""
    columns, wanted = expected_rows(case)
    waiting = list(alive)
    while waiting:
        with given(connection, fixture, case, waiting[0].sql):
            while waiting:
                mutant = waiting.pop(0)
                try:
                    rows = result_rows(connection, mutant.sql, fixture, columns)
                except duckdb.Error:
                    break  # a night must be given again after some errors
                if Counter(rows) == wanted:
                    yield mutant
