"""What another program needs of the ledger: names, events in date order, closings.

Everything comes from the table `postings` and as text or dates; an amount is its exact decimal
with 9 places. Rows are streamed; only one event's postings are held at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import duckdb

ROWS_AT_ONCE = 10_000
# What each group of accounts is to its reader: the group is a name's first part.
SIDES = {"C": "Assets", "F": "Assets", "STREET": "Liabilities", "SUSP": "Liabilities"}
POSTINGS = """
select
    system_date, event_id, kind, ledger_account, commodity, amount::varchar, trade_date, settle_date
from postings
order by system_date, event_id, posting_id, ledger_account, commodity, amount
"""
# An account's closing, and that of all accounts whose names begin with its name and a colon.
CLOSINGS = """
with closings as (
    select ledger_account, commodity, sum(amount) as amount from postings group by all
),
levels as (
    select string_split(ledger_account, ':') as parts, unnest(range(1, len(parts) + 1)) as level,
        commodity, amount
    from closings
),
totals as (
    select array_to_string(parts[:level], ':') as ledger_account, commodity, sum(amount) as total
    from levels group by all
)
select ledger_account, commodity, amount::varchar, total::varchar
from closings inner join totals using (ledger_account, commodity)
order by ledger_account, commodity
"""


@dataclass(frozen=True)
class Posting:
    """One line of an event; `amount` is signed."""

    account: str
    commodity: str
    amount: str
    trade_date: date | None
    settle_date: date | None


@dataclass(frozen=True)
class Entry:
    """All postings of one event on one system date; they sum to zero per commodity."""

    system_date: date
    kind: str
    event: str
    postings: list[Posting]


@dataclass(frozen=True)
class Closing:
    """What one account holds of one commodity at the end; `total` has its subaccounts added."""

    account: str
    commodity: str
    amount: str
    total: str


def days(connection: duckdb.DuckDBPyConnection) -> tuple[date, date] | None:
    """The first and the last system date of the ledger, None while it is empty."""
    sql = "select min(system_date), max(system_date) from postings"
    ((first, last),) = _rows(connection, sql)
    return None if first is None else (first, last)


def accounts(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every account of the ledger, in order."""
    sql = "select distinct ledger_account from postings order by ledger_account"
    return (name for (name,) in _rows(connection, sql))


def commodities(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every currency, security and measure of the ledger, in order."""
    sql = "select distinct commodity from postings order by commodity"
    return (name for (name,) in _rows(connection, sql))


def entries(connection: duckdb.DuckDBPyConnection) -> Iterator[Entry]:
    """Every event, by system date and identity."""
    for (day, event), rows in groupby(_rows(connection, POSTINGS), key=lambda row: row[:2]):
        lines = list(rows)
        yield Entry(day, lines[0][2], event, [Posting(*line[3:]) for line in lines])


def closings(connection: duckdb.DuckDBPyConnection) -> Iterator[Closing]:
    """Each account and commodity that was ever posted to, those that closed at zero too."""
    return (Closing(*row) for row in _rows(connection, CLOSINGS))


def side(account: str) -> str:
    """Assets, Liabilities or Equity; money and shares come from Equity and leave to it."""
    return SIDES.get(account.split(":", maxsplit=1)[0], "Equity")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    result = connection.cursor().execute(sql)
    while rows := result.fetchmany(ROWS_AT_ONCE):
        yield from rows
