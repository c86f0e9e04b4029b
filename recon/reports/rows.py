"""What DuckDB gives, as rows of Python; numbers are whole or exact decimals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb


def read_rows(
    connection: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, Any] | None = None
) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns of a SELECT, and its rows by column name."""
    found = connection.execute(sql, dict(params or {}))
    columns = [str(column[0]) for column in found.description or ()]
    return columns, [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
