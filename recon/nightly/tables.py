"""The tables of a night without a row: what there is, before anything was read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from recon.errors import UsageError
from recon.ledger.post import add_evidence, post_night
from recon.nightly.build import show_rules
from recon.rules.run import run_rules
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.descriptions import read_descriptions
from recon.warehouse.load import load_events, show_night

ANY_NIGHT = date(2026, 1, 2)
COLUMNS = """
select table_name, column_name, data_type
from duckdb_columns()
where not internal and database_name = current_database() and schema_name = 'main'
order by table_name, column_index
"""


@dataclass(frozen=True)
class Table:
    """A table, and of each column its name, type, meaning and unit."""

    name: str
    title: str
    source: str
    columns: list[dict[str, str]]


@contextmanager
def empty_night() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with every table that a night or a question about it makes, none of it filled."""
    with tempfile.TemporaryDirectory() as archive, connect(MEMORY) as connection:
        load_events(connection, Path(archive), [])
        show_night(connection, ANY_NIGHT, None)
        show_rules(connection, [])
        post_night(connection, ANY_NIGHT)
        add_evidence(connection, ANY_NIGHT)
        run_rules(connection, [], ANY_NIGHT)
        yield connection


def describe_tables(name: str | None = None) -> list[Table]:
    """Every table that rules can read, or the one of that name. Raises UsageError for no such."""
    with empty_night() as connection:
        rows = connection.execute(COLUMNS).fetchall()
    described = read_descriptions()
    columns: dict[str, list[dict[str, str]]] = {}
    for table, column, kind in rows:
        meaning = described.of_column(table, column)
        text, unit = (meaning.text, meaning.unit) if meaning else ("", "")
        found = {"column": column, "type": kind, "meaning": text, "unit": unit}
        columns.setdefault(table, []).append(found)
    if name is not None and name not in columns:
        raise UsageError(
            expected="a table of the warehouse",
            seen=name,
            where="the command line",
            next_step="`recon tables` lists them",
        )
    return [
        Table(table, described.tables[table].title, described.tables[table].source, columns[table])
        for table in (columns if name is None else [name])
    ]
