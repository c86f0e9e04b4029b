"""Every table and column has a meaning, which stands in the published warehouse too."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from recon.nightly.tables import describe_tables, empty_night
from recon.paths import folder
from recon.warehouse.connect import connect
from recon.warehouse.descriptions import read_descriptions
from tests.nightly.nights import Home

COLUMNS = """
select schema_name, table_name, column_name, comment
from duckdb_columns()
where not internal and database_name = current_database()
"""
UNTOLD = """
select table_name, column_name from duckdb_columns()
where schema_name = 'main' and not internal and database_name = current_database()
    and comment is null
union all
select table_name, null from duckdb_tables()
where schema_name = 'main' and not internal and not temporary and comment is null
union all
select view_name, null from duckdb_views()
where schema_name = 'main' and not internal and not temporary and comment is null
"""
SCOPES = ("account", "symbol", "journal", "group", "all")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A night without a row."""
    with empty_night() as connection:
        yield connection


def test_every_column_of_every_table_has_a_meaning(warehouse: duckdb.DuckDBPyConnection) -> None:
    """In `main` and in `events`, and so has every table a title and a source."""
    columns = warehouse.execute(COLUMNS).fetchall()
    assert {schema for schema, *_ in columns} == {"main", "events"}
    described = read_descriptions()
    assert not [row for row in columns if not described.of_column(row[1], row[2])]
    assert not [name for name, table in described.tables.items() if not table.title]
    assert not [name for name, table in described.tables.items() if not table.source]


def test_nothing_is_described_that_does_not_exist(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A table or column that went takes its description along; what is said of all is needed."""
    described = read_descriptions()
    there = {(table, column) for _, table, column, _ in warehouse.execute(COLUMNS).fetchall()}
    assert set(described.tables) == {table for table, _ in there}
    own = {(name, column) for name, table in described.tables.items() for column in table.columns}
    assert own <= there
    assert set(described.shared) == {column for _, column in there - own}


def test_a_table_is_described_in_one_place() -> None:
    """`tables.csv` and `columns.csv` speak only of tables that no SQL file makes."""
    sql = folder("sql")
    files = {file.stem for part in ("events", "ledger", "views") for file in sql.glob(f"{part}/*")}
    for name in ("tables.csv", "columns.csv"):
        lines = (sql / name).read_text(encoding="utf-8").splitlines()
        assert not files & {line.partition(",")[0] for line in lines}


@pytest.mark.parametrize("part", ["ledger", "views"])
def test_a_ledger_table_says_its_scope(part: str) -> None:
    """Of whose rows a row of it is made, as rules do."""
    for file in folder("sql").glob(f"{part}/*.sql"):
        scopes = [line for line in file.read_text("utf-8").splitlines() if "-- scope:" in line]
        assert [line.removeprefix("-- scope: ") in SCOPES for line in scopes] == [True], file.name


def test_any_client_of_the_published_warehouse_shows_the_meanings(clean: Home) -> None:
    """Each table and column that rules read has its comment in the file that readers open."""
    with connect(clean.path / "warehouse.duckdb", read_only=True) as connection:
        shown = {row[1:3]: row[3] for row in connection.execute(COLUMNS).fetchall()}
        untold = connection.execute(UNTOLD).fetchall()
    assert shown["cash_proof", "closing"] == "opening plus activity [currency]"
    assert not untold


def test_a_table_is_shown_with_type_meaning_unit_and_source() -> None:
    """What the command prints of one table."""
    (table,) = describe_tables("statement_cash")
    assert table.source == "sql/events/statement_cash.sql, from stream_eod_cash"
    assert table.columns[-1] == {
        "column": "cash", "type": "DECIMAL(38,9)",
        "meaning": "the balance at the end of the day", "unit": "currency",
    }  # fmt: skip
