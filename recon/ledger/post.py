"""Runs `sql/ledger`: events as seen on one night to postings, balances and proofs.

Takes a connection whose schema `main` shows the night; gives the ledger tables beside it. Cost
needs an order, so it is made in Python between the movements and the postings.
A posting that does not sum to zero is our own bug and stops the night.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date

import duckdb

from recon.errors import ReconError, UsageError
from recon.ledger.costing import MADE, MADE_READ
from recon.paths import folder
from recon.warehouse.sql_dependencies import running_order

UNBALANCED = """
select event_id, commodity || ' ' || measure, sum(amount)
from postings group by event_id, commodity, measure having sum(amount) <> 0
order by event_id, commodity, measure limit 1
"""
UNKNOWN_CHOICE = """
select reading_choices.reading || ' = ' || reading_choices.value
from reading_choices
left join readings on readings.reading = reading_choices.reading
where not coalesce(list_contains(readings.choices, reading_choices.value), false)
order by 1 limit 1
"""


class LedgerError(ReconError):
    """The ledger contradicts itself."""


def post_night(
    connection: duckdb.DuckDBPyConnection,
    system_date: date,
    choices: Mapping[str, str] | None = None,
    wanted: Set[str] | None = None,
) -> None:
    """Create every ledger table for that night, or the `wanted` ones and what they are made of.

    `choices` are readings other than the default.

    Raises LedgerError if any event is unbalanced, UsageError for a choice that there is not.
    """
    files = sorted((folder("sql") / "ledger").glob("*.sql"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    _choose(connection, choices or {})
    order = running_order(texts | MADE_READ, wanted)
    for table in order:
        if table in MADE:
            MADE[table](connection)
            continue
        connection.execute(
            f"create or replace table main.{table} as {texts[table]}",
            {"system_date": system_date} if "$system_date" in texts[table] else {},
        )
        if table == "readings":
            _check_choices(connection)
    if "postings" in order:
        assert_balanced(connection)


def assert_balanced(connection: duckdb.DuckDBPyConnection) -> None:
    """Every event, hence every commodity, sums to zero. Raises LedgerError."""
    for event, commodity, amount in connection.execute(UNBALANCED).fetchall():
        raise LedgerError(
            expected="postings that sum to zero",
            seen=f"{amount} {commodity}",
            where=f"event {event}",
            next_step="this is a fault of the ledger rules: report it with the event's raw text",
        )


def _choose(connection: duckdb.DuckDBPyConnection, choices: Mapping[str, str]) -> None:
    connection.execute(
        "create or replace table main.reading_choices (reading varchar, value varchar)"
    )
    for reading, value in choices.items():
        connection.execute("insert into main.reading_choices values (?, ?)", [reading, value])


def _check_choices(connection: duckdb.DuckDBPyConnection) -> None:
    for (seen,) in connection.execute(UNKNOWN_CHOICE).fetchall():
        raise UsageError(
            expected="a reading and one of its values",
            seen=str(seen),
            where="the readings of the ledger",
            next_step="see sql/ledger/readings.sql for what there is",
        )
