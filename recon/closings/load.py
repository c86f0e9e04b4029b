"""What a night takes from stored closings: the one it begins with, and those that it reopens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from recon.closings.parts import SCHEMAS
from recon.closings.store import Closing, read_closing

# The table of each part of the closing that a night begins with.
TABLES = {
    "balances": "start_balances",
    "lots": "start_lots",
    "accounts": "start_accounts",
    "suspense": "start_suspense",
    "groups": "start_groups",
    "cleared": "start_cleared",
    "gaps": "start_gaps",
    "carried": "carried",
}
# What events of the books name or change that was booked before them, and the session of each.
REFERRED_TO = """
create or replace temp table referred_to as
with

targets as (

    select target.execution_id as movement_id, target.system_date
    from events.executions as own
    inner join events.executions as target on target.execution_id = own.previous_execution_id
    where own.system_date > $base and target.system_date <= $base
    union
    select activity_id || if(state > 1, '/' || state, ''), system_date
    from events.activity_states
    where system_date <= $base
        and activity_id in
            (select activity_id from events.activity_states where system_date > $base)

)

select movement_id, session_date::varchar as closed_on
from targets
left join events.calendar on calendar.date = targets.system_date
"""
# An activity that has a further state is shown with all its states.
WITH_LATER_STATES = """
insert into events.carried
with

days as (

    select activity_id, system_date from events.nta_states
    union all
    select activity_id, system_date from events.typed_states

)

select activity_id
from days
group by activity_id
having min(system_date) <= $base and max(system_date) > $base
"""
LINES_REFERRED_TO = "from stored where movement_id in (select movement_id from referred_to)"
# A dividend is paid on what was held weeks before: at its record date or some sessions earlier.
POSITIONS_WANTED = """
create or replace temp table wanted as
select distinct calendar.date as system_date, account_id, symbol
from events.activities
inner join events.calendar
    on calendar.is_session and calendar.date between record_date - 7 and record_date
where entry_type = 'DIV' and symbol is not null
    and calendar.date <= $base and system_date > $base
"""
POSITIONS = """
select
    wanted.system_date, wanted.account_id, wanted.symbol,
    coalesce(sum(amount) filter (measure = 'QTY' and commodity = wanted.symbol), 0)
from wanted
inner join stored
    on account_of(stored.ledger_account) = wanted.account_id
where wanted.system_date = date '{day}'
group by wanted.system_date, wanted.account_id, wanted.symbol
"""


def carried_identities(folder: Path, start: Closing | None) -> list[str]:
    """The activities from before the beginning that a night reads again."""
    if start is None:
        return []
    return list(read_closing(folder, start, "carried")["identity"].to_pylist())


def open_items(
    folder: Path, closings: Mapping[str, Closing], system_date: date
) -> tuple[int, list[dict[str, Any]]]:
    """What the last night before that date left open, and the run of that night; 0 for none."""
    nights = [day for day in closings if day < str(system_date) and "open" in closings[day].parts]
    if not nights:
        return 0, []
    last = closings[max(nights)]
    return last.run, list(read_closing(folder, last, "open").to_pylist())


def load_start(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    start: Closing | None,
    closings: Mapping[str, Closing],
    items: Sequence[Mapping[str, Any]],
) -> None:
    """Fill the tables `events.start_…` from the closing that the night begins with; its date
    replaces the opening's. And `start_lines`, what was booked before it of what events of the books
    reverse, from the closing of each such day; and `start_open`, what the last night left open."""
    if start is None:
        return
    for part, table in TABLES.items():
        _insert(connection, "from stored", table, read_closing(folder, start, part))
    _insert(connection, "from stored", "start_open", pa.Table.from_pylist(items, SCHEMAS["open"]))
    connection.execute("delete from events.opening")
    connection.execute("insert into events.opening values (?::date)", [start.system_date])
    base = date.fromisoformat(start.system_date)
    connection.execute(WITH_LATER_STATES, {"base": base})
    connection.execute(REFERRED_TO, {"base": base})
    for (day,) in connection.execute("select distinct closed_on from referred_to").fetchall():
        if day in closings:
            lines = read_closing(folder, closings[day], "lines")
            _insert(connection, LINES_REFERRED_TO, "start_lines", lines)


def load_earlier_positions(
    connection: duckdb.DuckDBPyConnection, folder: Path, closings: Mapping[str, Closing], base: date
) -> None:
    """Fill `events.earlier_positions`: what the accounts of the night's dividends held about their
    record dates, of the closings up to the base; zero where such a closing knows the account
    without the position."""
    connection.execute(POSITIONS_WANTED, {"base": base})
    for (day,) in connection.execute(
        "select distinct system_date from wanted order by 1"
    ).fetchall():
        if str(day) in closings:
            stored = read_closing(folder, closings[str(day)])
            _insert(connection, POSITIONS.format(day=day), "earlier_positions", stored)


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
    connection: duckdb.DuckDBPyConnection, query: str, table: str, stored: pa.Table
) -> None:
    connection.register("stored", stored)
    connection.execute(f"insert into events.{table} {query}")
    connection.unregister("stored")
