"""Runs `sql/ledger`: events as seen on one night to postings, balances and proofs.

Takes a connection whose schema `main` shows the night; gives the ledger tables beside it.
A posting that does not sum to zero is our own bug and stops the night.
"""

from __future__ import annotations

from datetime import date

import duckdb

from recon.errors import ReconError
from recon.resources import folder
from recon.warehouse.order import running_order

UNBALANCED = """
select event, commodity, sum(amount)
from postings group by event, commodity having sum(amount) <> 0
order by event, commodity limit 1
"""


class LedgerError(ReconError):
    """The ledger contradicts itself."""


def post_night(connection: duckdb.DuckDBPyConnection, system_date: date) -> None:
    """Create every ledger table for that night. Raises LedgerError if any event is unbalanced."""
    files = sorted((folder("sql") / "ledger").glob("*.sql"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    for table in running_order(texts):
        connection.execute(
            f"create or replace table main.{table} as {texts[table]}",
            {"system_date": system_date} if "$system_date" in texts[table] else {},
        )
    assert_balanced(connection)


def assert_balanced(connection: duckdb.DuckDBPyConnection) -> None:
    """Every event sums to zero in every commodity. Raises LedgerError."""
    for event, commodity, amount in connection.execute(UNBALANCED).fetchall():
        raise LedgerError(
            expected="postings that sum to zero",
            seen=f"{amount} {commodity}",
            where=f"event {event}",
            next_step="this is a fault of the ledger rules: report it with the event's raw text",
        )
