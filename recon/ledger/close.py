"""What a night takes from stored closings, and the closings that it leaves.

After the rules it keeps the balances and the lines of the last sessions, so that the next night
can begin there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from recon.ledger.closings import Closing, index, read_closing, read_lines_of, write_closing

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
FIRST_DAY_LOADED = """
select min(system_date)::varchar from (
    select system_date from events.executions union all
    select system_date from events.activity_states
) where system_date <= ?::date
"""
LINES_REFERRED_TO = """
select * from stored where movement_id in (
    select execution_id from events.executions union all
    select activity_id || if(state > 1, '/' || state, '') from events.activity_states
)
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


def load_base(
    connection: duckdb.DuckDBPyConnection, folder: Path, bases: Sequence[Closing]
) -> None:
    """Fill `events.base`, the balances the books begin with; its date replaces the opening's. And
    `events.base_lines`, what those events booked that are loaded though they lie before it."""
    if not bases:
        return
    _insert(connection, "select * from stored", "base", read_closing(folder, bases[0]))
    connection.execute("delete from events.opening")
    connection.execute("insert into events.opening values (?)", [bases[0].system_date])
    ((first,),) = connection.execute(FIRST_DAY_LOADED, [bases[0].system_date]).fetchall()
    for closing in bases:
        if first and closing.lines and closing.system_date >= first:
            _insert(connection, LINES_REFERRED_TO, "base_lines", read_lines_of(folder, closing))


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


def _insert(
    connection: duckdb.DuckDBPyConnection, query: str, table: str, balances: pa.Table
) -> None:
    connection.register("stored", balances)
    connection.execute(f"insert into events.{table} {query}")
    connection.unregister("stored")


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
    made = []
    for day in days:
        before = closings.get(str(day))
        balances = connection.sql(BALANCES, params={"day": day}).to_arrow_table().cast(BASE)
        lines = connection.sql(LINES, params={"day": day}).to_arrow_table().cast(BOOKED_LINES)
        if before is not None or len(balances):
            made.append(write_closing(folder, day, balances, lines, before, run=run, fetch=fetch))
    index(folder, made)
