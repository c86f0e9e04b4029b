"""What each table and column of the warehouse means: read from `sql/`, put on the DuckDB objects.

A SQL file of `events`, `ledger` or `views` says it in its header:

    -- title:   what the table holds, in one sentence
    -- columns:
    --   name: meaning [unit]

`sql/columns.csv` has the columns that mean the same in every table (table `*`), and those of tables
that no SQL file makes; `sql/tables.csv` the titles and sources of such tables.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recon.paths import folder
from recon.warehouse.sql_dependencies import reads

STAGES = ("events", "ledger", "views")
COLUMN = re.compile(r"--   (?P<name>\w+): (?P<meaning>.*?)(?: \[(?P<unit>[^]]*)\])?")
ANY = "*"
# Schema `main` shows every table of `events` too, so only its objects get comments.
OBJECTS = """
select 'table' as kind, table_name, null::varchar as column_name
from duckdb_tables() where schema_name = 'main' and not internal and not temporary
union all
select 'view', view_name, null
from duckdb_views() where schema_name = 'main' and not internal and not temporary
union all
select 'column', table_name, column_name
from duckdb_columns()
where schema_name = 'main' and not internal and database_name = current_database()
order by all
"""


@dataclass(frozen=True)
class Meaning:
    """What a column holds, and what it is counted in; empty where it is no number."""

    text: str
    unit: str = ""

    def __str__(self) -> str:
        """As one line."""
        return f"{self.text} [{self.unit}]" if self.unit else self.text


@dataclass(frozen=True)
class Description:
    """What a table holds, what it is made of, and the columns that it describes itself."""

    title: str
    source: str
    columns: Mapping[str, Meaning]


@dataclass(frozen=True)
class Descriptions:
    """All tables by name, and the columns that mean the same everywhere."""

    tables: Mapping[str, Description]
    shared: Mapping[str, Meaning]

    def of_table(self, table: str) -> str:
        """Its title; empty if nothing is said of it."""
        return self.tables[table].title if table in self.tables else ""

    def of_column(self, table: str, column: str) -> Meaning | None:
        """What the table itself says of its column, else what is said of all; None for nothing."""
        described = self.tables.get(table)
        own = described.columns.get(column) if described else None
        return own or self.shared.get(column)


def read_descriptions() -> Descriptions:
    """Everything that `sql/` says of tables and columns."""
    sql = folder("sql")
    columns: dict[str, dict[str, Meaning]] = {}
    for row in _rows(sql / "columns.csv"):
        meaning = Meaning(row["meaning"], row["unit"])
        columns.setdefault(row["table"], {})[row["column"]] = meaning
    tables = {
        row["table"]: Description(row["title"], row["source"], columns.get(row["table"], {}))
        for row in _rows(sql / "tables.csv")
    }
    for file in (file for stage in STAGES for file in (sql / stage).glob("*.sql")):
        place = f"sql/{file.parent.name}/{file.name}"
        tables[file.stem] = _described(file.read_text(encoding="utf-8"), place)
    return Descriptions(tables, columns[ANY])


def put_descriptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the titles and meanings on the tables, views and columns of schema `main`."""
    described = read_descriptions()
    objects = connection.execute(OBJECTS).fetchall()
    connection.begin()
    connection.execute(";".join(_comments(described, objects)))
    connection.commit()


def _comments(described: Descriptions, objects: list[tuple[str, str, str | None]]) -> Iterator[str]:
    for kind, table, column in objects:
        if column is None:
            name, text = f'main."{table}"', described.of_table(table)
        else:
            name = f'main."{table}"."{column}"'
            text = str(described.of_column(table, column) or "")
        if text:
            quoted = text.replace("'", "''")
            yield f"comment on {kind} {name} is '{quoted}'"


def _described(text: str, place: str) -> Description:
    """The header of a SQL file: its lines up to the first empty comment or statement."""
    title, columns = "", {}
    for line in text.splitlines():
        if line.startswith("-- title:"):
            title = line.removeprefix("-- title:").strip()
        elif match := COLUMN.fullmatch(line):
            columns[match["name"]] = Meaning(match["meaning"], match["unit"] or "")
        elif not line.startswith("-- "):
            break
    made_of = ", ".join(sorted(reads(text)))
    return Description(title, f"{place}, from {made_of}" if made_of else place, columns)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
