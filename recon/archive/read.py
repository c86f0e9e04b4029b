"""Reads typed columns of archived events back, segment by segment, hashes checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from recon.archive.manifest import Fetch
from recon.archive.segment import typed_path
from recon.feeds.streams import ARCHIVED
from recon.window import NEW_YORK

NANOSECONDS, MICROSECONDS = pa.timestamp("ns", "UTC"), pa.timestamp("us", "UTC")


def archived(
    archive: Path, fetches: Iterable[Fetch], stream: str, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Those columns of every archived event of a stream, in the order received.

    Instants are cut to microseconds, which is what a Python datetime holds. Raises SegmentDamaged.
    """
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream else ():
            path = typed_path(archive / stream, segment)
            table = pq.read_table(path, columns=list(columns))
            for index, column in enumerate(table.schema):
                if column.type == NANOSECONDS:
                    cut = table.column(index).cast(MICROSECONDS, safe=False)
                    table = table.set_column(index, column.name, cut)
            yield from table.to_pylist()


def first_day_referred_to(
    archive: Path, fetches: Sequence[Fetch], stream: str, base: date
) -> date | None:
    """The earliest day, up to `base`, of an event of which a later day holds a further state or
    which a later event names as its target. None where there is no such event."""
    names = [column.name for column in ARCHIVED[stream].columns]
    targets = [name for name in names if name == "previous_execution_id"]
    dated = [name for name in ("system_date", "executed_at", "event_at") if name in names]
    recent = [
        replace(
            fetch,
            segments=tuple(s for s in fetch.segments if not s.last_day or s.last_day > str(base)),
        )
        for fetch in fetches
    ]
    wanted: set[str] = set()
    for row in archived(archive, recent, stream, ["identity", *targets, *dated]):
        day = _day(row)
        # Late in the evening of the base an event belongs to the day after: its target counts.
        wanted.update(row[name] for name in targets if day >= base)
        wanted.update([row["identity"]] if day > base else [])
    days = (
        _day(row)
        for row in archived(archive, fetches, stream, ["identity", *dated])
        if row["identity"] in wanted
    )
    return min((day for day in days if day <= base), default=None)


def _day(row: Mapping[str, Any]) -> date:
    """The day an archived event belongs to: the one it names, else the last of its instants."""
    if row.get("system_date") is not None:
        return date.fromisoformat(str(row["system_date"]))
    instants = [value for value in row.values() if isinstance(value, datetime)]
    return max(instants).astimezone(ZoneInfo(NEW_YORK)).date() if instants else date.max
