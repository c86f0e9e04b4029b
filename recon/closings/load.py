"""What a night takes from stored closings: the one it begins with, and those that it reopens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from recon.closings.store import Closing, read_closing

# What events of the books name or change that was booked before them.
REFERRED_TO = """
create or replace temp table referred_to as
select target.execution_id as movement_id, target.system_date
from events.executions as own
inner join events.executions as target on target.execution_id = own.previous_execution_id
where own.system_date > $base and target.system_date <= $base
union
select activity_id || if(state > 1, '/' || state, ''), system_date
from events.activity_states
where system_date <= $base
    and activity_id in (select activity_id from events.activity_states where system_date > $base)
"""
LINES_REFERRED_TO = "from stored where movement_id in (select movement_id from referred_to)"
# A dividend is paid on what was held weeks before: at its record date or some sessions earlier.
HOLDINGS_WANTED = """
create or replace temp table wanted as
select distinct calendar.date as system_date, account_id, symbol
from events.activities
inner join events.calendar
    on calendar.is_session and calendar.date between record_date - 7 and record_date
where entry_type = 'DIV' and symbol is not null
    and calendar.date <= $base and system_date > $base
"""
HOLDINGS = """
select
    wanted.system_date, wanted.account_id, wanted.symbol,
    coalesce(sum(amount) filter (measure = 'QTY' and commodity = wanted.symbol), 0)
from wanted
inner join stored
    on regexp_extract(stored.ledger_account, '^[CF]:([^:]*):', 1) = wanted.account_id
where wanted.system_date = date '{day}'
group by wanted.system_date, wanted.account_id, wanted.symbol
"""


def load_base(
    connection: duckdb.DuckDBPyConnection, folder: Path, bases: Sequence[Closing]
) -> None:
    """Fill `events.base`, the balances the books begin with; its date replaces the opening's. And
    `events.base_lots`, where the closing has lots, and `events.base_lines`, what was booked before
    it of what events of the books take back."""
    if not bases:
        return
    base = date.fromisoformat(bases[0].system_date)
    _insert(connection, "from stored", "base", read_closing(folder, bases[0]))
    if bases[0].lots:
        _insert(connection, "from stored", "base_lots", read_closing(folder, bases[0], "lots"))
    connection.execute("delete from events.opening")
    connection.execute("insert into events.opening values (?)", [base])
    connection.execute(REFERRED_TO, {"base": base})
    ((first,),) = connection.execute("select min(system_date)::varchar from referred_to").fetchall()
    for closing in bases:
        if first and closing.lines and closing.system_date >= first:
            lines = read_closing(folder, closing, "lines")
            _insert(connection, LINES_REFERRED_TO, "base_lines", lines)


def load_earlier_holdings(
    connection: duckdb.DuckDBPyConnection, folder: Path, closings: Mapping[str, Closing], base: date
) -> None:
    """Fill `events.earlier_holdings`: what the accounts of the night's dividends held about their
    record dates, of the closings up to the base; zero where such a closing knows the account
    without the position."""
    connection.execute(HOLDINGS_WANTED, {"base": base})
    for (day,) in connection.execute(
        "select distinct system_date from wanted order by 1"
    ).fetchall():
        if str(day) in closings:
            stored = read_closing(folder, closings[str(day)])
            _insert(connection, HOLDINGS.format(day=day), "earlier_holdings", stored)


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
