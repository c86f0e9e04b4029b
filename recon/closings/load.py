"""What a night takes from stored closings: the one it begins with, and those that it reopens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from recon.closings.parts import SCHEMAS
from recon.closings.store import Closing, read_closing
from recon.paths import sql_of

# The table of each part of the closing that a night begins with.
TABLES = {
    "balances": "start_balances",
    "lots": "start_lots",
    "accounts": "start_accounts",
    "suspense": "start_suspense",
    "groups": "start_groups",
    "cleared": "start_cleared",
    "gaps": "start_gaps",
    "carried": "carried",
    "volumes": "start_volumes",
}
START_OPEN = SCHEMAS["open"].append(pa.field("known_fetch", pa.int64()))
LINES_REFERRED_TO = "from stored where movement_id in (select movement_id from referred_to)"


def carried_identities(folder: Path, start: Closing | None) -> list[str]:
    """The activities from before the beginning that a night reads again."""
    if start is None:
        return []
    return list(read_closing(folder, start, "carried")["identity"].to_pylist())


def open_items(
    folder: Path, closings: Mapping[str, Closing], system_date: date
) -> tuple[int, list[dict[str, Any]]]:
    """What the last night before that date left open, with the last fetch that it knew, and the
    run of that night; 0 for none."""
    nights = [day for day in closings if day < str(system_date) and "open" in closings[day].parts]
    if not nights:
        return 0, []
    last = closings[max(nights)]
    items = read_closing(folder, last, "open").to_pylist()
    return last.run, [{**item, "known_fetch": last.fetch} for item in items]


def load_tolerances(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    closings: Mapping[str, Closing],
    system_date: date,
) -> None:
    """Fill `events.earlier_tolerances` from the last night before that date."""
    nights = [
        day for day in closings if day < str(system_date) and "tolerances" in closings[day].parts
    ]
    if nights:
        stored = read_closing(folder, closings[max(nights)], "tolerances")
        _insert(connection, "from stored", "earlier_tolerances", stored)


def load_start(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    start: Closing | None,
    closings: Mapping[str, Closing],
    items: Sequence[Mapping[str, Any]],
) -> None:
    """Fill the tables `events.start_…` from the closing that the night begins with; its date
    replaces the opening's. And `start_lines`, what was booked before it of what events of the books
    reverse, from the closing of each such day; and `start_open`, what the last night left open."""
    if start is None:
        return
    for part, table in TABLES.items():
        _insert(connection, "from stored", table, read_closing(folder, start, part))
    _insert(connection, "from stored", "start_open", pa.Table.from_pylist(items, START_OPEN))
    connection.execute("delete from events.opening")
    connection.execute("insert into events.opening values (?::date)", [start.system_date])
    base = date.fromisoformat(start.system_date)
    later_states = sql_of("closings/later_states")
    connection.execute(f"insert into events.carried {later_states}", {"base": base})
    _create(connection, "referred_to", base)
    for (day,) in connection.execute("select distinct closed_on from referred_to").fetchall():
        if day in closings:
            lines = read_closing(folder, closings[day], "lines")
            _insert(connection, LINES_REFERRED_TO, "start_lines", lines)


def load_earlier_positions(
    connection: duckdb.DuckDBPyConnection, folder: Path, closings: Mapping[str, Closing], base: date
) -> None:
    """Fill `events.earlier_positions`: what the accounts of the night's dividends held about their
    record dates, of the closings up to the base; zero where such a closing knows the account
    without the position."""
    _create(connection, "positions_wanted", base)
    days = "select distinct system_date from positions_wanted order by 1"
    for (day,) in connection.execute(days).fetchall():
        if str(day) in closings:
            stored = read_closing(folder, closings[str(day)])
            held = sql_of("closings/earlier_positions")
            _insert(connection, held, "earlier_positions", stored, {"day": day})


def load_closings(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    closings: Mapping[str, Closing],
    days: Iterable[date],
) -> None:
    """Fill `events.closing_days`, and `events.closed` with the stored balances of those days."""
    for day in days:
        connection.execute("insert into events.closing_days values (?)", [day])
        closing = closings.get(str(day))
        if closing is not None:
            query = f"select date '{day}', *, {closing.fetch} from stored"  # noqa: S608
            _insert(connection, query, "closed", read_closing(folder, closing))


def _create(connection: duckdb.DuckDBPyConnection, table: str, base: date) -> None:
    text = sql_of(f"closings/{table}")
    connection.execute(f"create or replace temp table {table} as {text}", {"base": base})


def _insert(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    table: str,
    stored: pa.Table,
    params: Mapping[str, Any] | None = None,
) -> None:
    connection.register("stored", stored)
    connection.execute(f"insert into events.{table} {query}", params or {})
    connection.unregister("stored")
