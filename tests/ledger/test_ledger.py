"""Every posting rule against its fixture. No test code per type of event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from recon.paths import folder
from tests.cases import Case, Fixture, empty_warehouse, read_fixture, run_case

HERE = Path(__file__).parent
FIXTURES = [read_fixture(path) for path in sorted(HERE.rglob("*.test"))]
TABLES = sorted(
    file.stem for part in ("ledger", "views") for file in (folder("sql") / part).glob("*.sql")
)
CASES = [(fixture, case) for fixture in FIXTURES for case in fixture.cases]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One empty warehouse for all cases; each runs in a transaction that is rolled back."""
    connection = empty_warehouse(tmp_path_factory.mktemp("archive"))
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("fixture", "case"),
    CASES,
    ids=[f"{fixture.path.stem}: {case.name}" for fixture, case in CASES],
)
def test_a_case_gives_the_expected_rows(
    warehouse: duckdb.DuckDBPyConnection, fixture: Fixture, case: Case
) -> None:
    """The rows of the ledger table are exactly those of the fixture."""
    run_case(warehouse, f"from {fixture.subject}", fixture, case)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_fixture(table: str) -> None:
    """What a file of `sql/ledger` or `sql/views` gives is asserted by cases of its own."""
    assert table in {fixture.subject for fixture in FIXTURES}


def test_every_fixture_is_of_a_table() -> None:
    """A fixture of a table that went is found."""
    assert {fixture.subject for fixture in FIXTURES} <= set(TABLES)
