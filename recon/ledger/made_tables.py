"""Creates a table of the ledger from rows that were made in Python."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import duckdb
import pyarrow as pa

ROWS_PER_BATCH = 50_000


def create(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    schema: pa.Schema,
    rows: Iterator[tuple[object, ...]],
) -> None:
    """Create `main.<table>` with those columns, or replace it."""
    made = pa.Table.from_batches(list(_batches(rows, schema)), schema=schema)
    connection.register("made", made)
    connection.execute(f"create or replace table main.{table} as from made")
    connection.unregister("made")


def _batches(rows: Iterator[tuple[object, ...]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while batch := list(itertools.islice(rows, ROWS_PER_BATCH)):
        columns = zip(*batch, strict=True)
        yield pa.record_batch(list(map(pa.array, columns, schema.types)), schema=schema)
