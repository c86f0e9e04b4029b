"""The only place that opens DuckDB. Every setting that matters is explicit."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY = ":memory:"


def connect(path: Path | str, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection in UTC that fetches no extension, and reads no Python variable as a table."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "preserve_insertion_order": True,
    }
    connection = duckdb.connect(str(path), read_only=read_only, config=settings)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on no statement reads or writes a file, nor changes a setting: rules are data."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
