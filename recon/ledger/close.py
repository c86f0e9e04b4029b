"""Where a night begins and what it leaves: the base closing, and the closings it makes.

Takes the stored closings and what is open; gives the base. After the rules it keeps the balances
of the last sessions, so that the next night can begin there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from recon.archive.manifest import Fetch
from recon.archive.read import first_day_referred_to
from recon.feeds.streams import BOOKED
from recon.ledger.closings import (
    Closing,
    base_date,
    index,
    read_closing,
    still_valid,
    write_closing,
)
from recon.ledger.legs import first_leg_cut_off

BALANCES = """
select ledger_account, commodity, measure, amount from closings
where system_date = $day and amount <> 0 order by ledger_account, commodity, measure
"""
BASE = pa.schema(
    {
        "ledger_account": pa.string(),
        "commodity": pa.string(),
        "measure": pa.string(),
        "amount": pa.decimal128(38, 9),
    }
)


def choose_base(
    folder: Path,
    closings: Mapping[str, Closing],
    archive: Path,
    fetches: Sequence[Fetch],
    sessions: Sequence[date],
    system_date: date,
    open_since: Iterable[date],
    lookback_sessions: int,
) -> Closing | None:
    """The closing that a night begins with, or None for the beginning of the books.

    It lies some sessions back, before everything that is still open was first seen, and before
    every event that a later one reverses; nothing waits in suspense at it, and no action has legs
    on both sides of it, so that no leg is cut off from the others; nothing has been archived since
    that belongs to its days.
    """
    valid = [
        date.fromisoformat(day)
        for day, closing in closings.items()
        if still_valid(closing, fetches, [stream.name for stream in BOOKED])
    ]
    before = [
        [day for day in sessions if day < first][-lookback_sessions:][0] for first in open_since
    ]
    while True:
        chosen = base_date(valid, sessions, system_date, lookback_sessions, before)
        if chosen is None:
            return None
        earlier = first_day_referred_to(archive, fetches, chosen)
        earlier = earlier or first_leg_cut_off(archive, fetches, chosen)
        closing = closings[str(chosen)]
        if earlier is None and not _in_suspense(read_closing(folder, closing)):
            return closing
        before.append(earlier or chosen)


def _in_suspense(balances: pa.Table) -> bool:
    return any(str(name).startswith("SUSP:") for name in balances["ledger_account"].to_pylist())


def load_base(connection: duckdb.DuckDBPyConnection, folder: Path, base: Closing | None) -> None:
    """Fill `events.base`, the balances the books begin with; its date replaces the opening's."""
    if base is None:
        return
    _insert(connection, "select * from stored", "base", read_closing(folder, base))
    connection.execute("delete from events.opening")
    connection.execute("insert into events.opening values (?)", [base.system_date])


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
        if before is not None or len(balances):
            made.append(write_closing(folder, day, balances, before, run=run, fetch=fetch))
    index(folder, made)
