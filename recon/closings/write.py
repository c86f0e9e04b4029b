"""The closings that a night leaves, so that the next night can begin there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from recon.closings.parts import SCHEMAS
from recon.closings.store import Closing, index, write_closing
from recon.ledger.costing import cost_method
from recon.paths import sql_of

OF_THE_NIGHT = ("open", "tolerances")  # what only the closing of the night's own date has


def keep_closings(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    closings: Mapping[str, Closing],
    days: Sequence[date],
    items: Iterable[Mapping[str, Any]],
    *,
    run: int,
    fetch: int,
    heads: Mapping[str, str],
) -> None:
    """Store those days, each as its next version where it changed; `items` are what the night left
    open, `heads` names the head of the manifest after that fetch. Days before the books had
    anything are left out."""
    found = pa.Table.from_pylist(list(items), SCHEMAS["open"]).drop_columns(["until"])
    connection.register("open_items", found)
    parts = [part for part in SCHEMAS if part != "lots" or cost_method(connection) != "average"]
    made = []
    for day in days:
        before = closings.get(str(day))
        of_day = [part for part in parts if part not in OF_THE_NIGHT or day == days[-1]]
        contents = {part: _rows(connection, part, day) for part in of_day}
        if before is not None or len(contents["balances"]) or day == days[-1]:
            made.append(
                write_closing(folder, day, contents, before, run=run, fetch=fetch, heads=heads)
            )
    index(folder, made)


def _rows(connection: duckdb.DuckDBPyConnection, part: str, day: date) -> pa.Table:
    """A part as of a day: the rows of its file in `sql/closings`."""
    query = sql_of(f"closings/{part}")
    return connection.sql(query, params={"day": day}).to_arrow_table().cast(SCHEMAS[part])
