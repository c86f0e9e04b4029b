"""The closings that a night leaves: after the rules it keeps the balances, the lines and the lots
of the last sessions, so that the next night can begin there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from recon.closings.store import Closing, Contents, index, write_closing
from recon.ledger.costing import cost_method

BALANCES = """
select ledger_account, commodity, measure, amount from closings
where system_date = $day and amount <> 0 order by ledger_account, commodity, measure
"""
# What a later event may take back: what this day's events booked in the customers' accounts.
LINES = """
select movement_id, leg, ledger_account, other_account, commodity, measure, amount from lines
where kind in ('execution', 'activity') and part = 'new' and leg < 7
    and system_date > (select previous_session from events.calendar where date = $day)
    and system_date <= $day
order by movement_id, leg
"""
# A position has the lots of the last day on which it moved.
LOTS_LEFT = """
select account_id, symbol, place, qty, cost from lots
where (account_id, symbol, system_date) in (
    select (account_id, symbol, max(system_date)) from movements
    where cost_rule is not null and system_date <= $day
    group by account_id, symbol
)
order by account_id, symbol, place
"""
BASE = pa.schema(
    {
        "ledger_account": pa.string(),
        "commodity": pa.string(),
        "measure": pa.string(),
        "amount": pa.decimal128(38, 9),
    }
)
BOOKED_LINES = pa.schema(
    {"movement_id": pa.string(), "leg": pa.int32(), "ledger_account": pa.string(),
     "other_account": pa.string(), "commodity": pa.string(), "measure": pa.string(),
     "amount": pa.decimal128(38, 9)}
)  # fmt: skip
LOTS = pa.schema(
    {"account_id": pa.string(), "symbol": pa.string(), "place": pa.int32(),
     "qty": pa.decimal128(38, 9), "cost": pa.decimal128(38, 9)}
)  # fmt: skip


def closing_days(
    closings: Iterable[Closing],
    sessions: Sequence[date],
    system_date: date,
    base: Closing | None,
    lookback_sessions: int,
) -> list[date]:
    """The days whose closing a night makes: the last sessions, and every stored one it reopens."""
    after = date.fromisoformat(base.system_date) if base else date.min
    recent = [day for day in sessions if day <= system_date][-lookback_sessions - 1 :]
    stored = [date.fromisoformat(closing.system_date) for closing in closings]
    return sorted({day for day in [*recent, *stored] if after < day <= system_date})


def keep_closings(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    closings: Mapping[str, Closing],
    days: Iterable[date],
    *,
    run: int,
    fetch: int,
) -> None:
    """Store the balances of those days, each as its next version. Days before the books had
    anything are left out."""
    with_lots = cost_method(connection) != "average"
    made = []
    for day in days:
        before = closings.get(str(day))
        contents = Contents(
            _rows(connection, BALANCES, day, BASE),
            _rows(connection, LINES, day, BOOKED_LINES),
            _rows(connection, LOTS_LEFT, day, LOTS) if with_lots else None,
        )
        if before is not None or len(contents.balances):
            made.append(write_closing(folder, day, contents, before, run=run, fetch=fetch))
    index(folder, made)


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, day: date, schema: pa.Schema
) -> pa.Table:
    return connection.sql(query, params={"day": day}).to_arrow_table().cast(schema)
