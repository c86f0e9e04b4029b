"""The only place that opens DuckDB. Every setting that matters is explicit."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from recon.errors import LockedError, ReconError

MEMORY = ":memory:"
# Of little data: threads that wait for each other, and blocks that are nearly empty, cost more than
# the data itself. Neither changes a row.
SMALL: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "default_block_size": 16384,
}
HOLDER = re.compile(r"Conflicting lock is held in (.+? \(PID \d+\))")


def connect(
    path: Path | str, *, read_only: bool = False, small: bool = False
) -> duckdb.DuckDBPyConnection:
    """A connection in UTC that fetches no extension, and reads no Python variable as a table; one
    for `small` data has one thread and small blocks.

    Raises LockedError where another program has the file open for writing.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "preserve_insertion_order": True,
    } | (SMALL if small else {})
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=settings)
    except duckdb.IOException as error:
        holder = HOLDER.search(str(error))
        if holder is None:
            raise
        raise LockedError(
            expected="a warehouse that nobody has open for writing",
            seen=f"it is held by {holder[1]}",
            where=str(path),
            next_step="close it there, or open it there with read_only=True",
        ) from error
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar_print = false")  # to stdout, even in a pipe
    return connection


def settle(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Close the connection with everything in the file itself, and nothing beside it in its log:
    closing alone would say nothing of a disk that took half of it.

    Raises ReconError where that fails; the file is then no warehouse.
    """
    try:
        connection.execute("checkpoint")
        connection.close()
    except duckdb.Error as error:
        raise _unsettled(path, " ".join(str(error).split())) from error
    log = path.with_name(path.name + ".wal")
    if log.exists():
        raise _unsettled(path, f"{log.name} is left beside it")


def _unsettled(path: Path, seen: str) -> ReconError:
    return ReconError(
        expected="a warehouse that is whole in its file",
        seen=seen,
        where=str(path),
        next_step="make room or mend the disk, then run the same again: readers keep the warehouse"
        " of before",
    )


def lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on no statement reads or writes a file, nor changes a setting: rules are data."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
