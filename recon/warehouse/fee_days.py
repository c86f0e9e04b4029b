"""The days before its beginning whose fees on executions a night judges again: a fee for such a day
came after it, or a bust or a correction of one of its executions.

Such a day is judged with all executions of the account and all fees for it. Takes the staged tables
of the segments since; gives them the events of those accounts from the segments of those days, and
from those that hold another fee for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.identities import FEE_DAY, segments_naming
from recon.archive.segment import Segment, typed_path
from recon.feeds.streams import Stream
from recon.paths import sql_of
from recon.warehouse.segments import reading


def stage_fee_days(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    older: Mapping[Stream, Sequence[Segment]],
    base: date,
    opened: date,
) -> bool:
    """Fill `events.fee_days` with each account and day that is judged again, and stage of the older
    segments what such an account did; gives whether there is one. Days until the books were
    `opened` are not judged."""
    insert = f"insert into events.fee_days {sql_of('staging/fee_days')}"
    connection.execute(insert, {"base": base, "opened": opened})
    found = connection.execute("from events.fee_days order by all").fetchall()
    days = {str(day) for _, day in found}
    naming = segments_naming(archive, older, [f"{FEE_DAY}{who} {day}" for who, day in found])
    for stream, segments in older.items():
        wanted = [each for each in segments if each in naming[stream] or _is_of(each, days)]
        if wanted:
            read = reading(stream, [typed_path(archive / stream.name, each) for each in wanted])
            connection.execute(
                f"insert into archived_{stream.name} select * from ({read})"  # noqa: S608
                " where account_id in (select account_id from events.fee_days)"
                f" and receipt_order not in (select receipt_order from archived_{stream.name})"
            )
    return bool(found)


def _is_of(segment: Segment, days: set[str]) -> bool:
    """Whether one of the days lies between the bounds of a segment."""
    return any(segment.first_day <= day <= segment.last_day for day in days)
