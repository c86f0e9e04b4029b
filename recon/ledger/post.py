"""Runs `sql/ledger`: events as seen on one night to postings, balances and proofs.

Takes a connection whose schema `main` shows the night; gives the ledger tables beside it.
A posting that does not sum to zero is our own bug and stops the night.
"""

from __future__ import annotations

import graphlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from recon.errors import ReconError
from recon.resources import folder

UNBALANCED = """
select event, commodity, sum(amount)
from postings group by event, commodity having sum(amount) <> 0
order by event, commodity limit 1
"""


class LedgerError(ReconError):
    """The ledger contradicts itself."""


def post_night(connection: duckdb.DuckDBPyConnection, system_date: date) -> None:
    """Create every ledger table for that night. Raises LedgerError if any event is unbalanced."""
    files = {file.stem: file for file in (folder("sql") / "ledger").glob("*.sql")}
    for table in running_order(files):
        text = files[table].read_text(encoding="utf-8")
        connection.execute(
            f"create or replace table main.{table} as {text}",
            {"system_date": system_date} if "$system_date" in text else {},
        )
    assert_balanced(connection)


def running_order(files: Mapping[str, Path]) -> list[str]:
    """Tables so that each comes after those that its `-- reads:` line names."""
    graph = {
        table: reads(file.read_text(encoding="utf-8")) & set(files)
        for table, file in sorted(files.items())
    }
    return list(graphlib.TopologicalSorter(graph).static_order())


def reads(text: str) -> set[str]:
    """The tables that a ledger file says it reads."""
    for line in text.splitlines():
        if line.startswith("-- reads:"):
            return {name.strip() for name in line.removeprefix("-- reads:").split(",")}
    return set()


def assert_balanced(connection: duckdb.DuckDBPyConnection) -> None:
    """Every event sums to zero in every commodity. Raises LedgerError."""
    for event, commodity, amount in connection.execute(UNBALANCED).fetchall():
        raise LedgerError(
            expected="postings that sum to zero",
            seen=f"{amount} {commodity}",
            where=f"event {event}",
            next_step="this is a fault of the ledger rules: report it with the event's raw text",
        )
