"""Which booked events before a date are named by later ones, so that books beginning at it must
know what they booked. Takes the archive; knows no warehouse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recon.archive.manifest import Fetch
from recon.archive.read import in_microseconds
from recon.archive.segment import typed_path
from recon.feeds.streams import BOOKED, Stream, targets_of
from recon.ledger.kinds import may_wait
from recon.window import NEW_YORK

ONE_DAY, LAST_DAY = timedelta(days=1), "9999-12-31"
KINDS = ("entry_type", "activity_type")


def first_day_referred_to(
    archive: Path, fetches: Sequence[Fetch], base: date, kept_since: date
) -> date | None:
    """The earliest day, up to `base`, of a booked event that books beginning there could not take
    back, though a later day holds a further state of it or names it. None where there is none.

    What was booked from `kept_since` on is taken back by its kept lines, but for a leg that may
    wait for others; what was only announced was not booked."""
    named = _names(archive, [each.within(str(base + ONE_DAY), LAST_DAY) for each in fetches], base)
    until = [fetch.within("", str(base)) for fetch in fetches]
    rows = (row for stream in BOOKED for row in _named(archive, until, stream, named))
    days = (_day(row) for row in rows if _day(row) < kept_since or _waits(row))
    return min((day for day in days if day <= base), default=None)


def _names(archive: Path, fetches: Sequence[Fetch], base: date) -> pa.Array:
    """The identities of the booked events after the base, and those that they name.

    Late in the evening of the base an event belongs to the day after: what it names counts."""
    found = [pa.array([], pa.string())]
    for stream in BOOKED:
        for table in _tables(archive, fetches, stream, [*targets_of(stream), *_dated(stream)]):
            day = _days(table)
            found += table.filter(pc.greater(day, base))["identity"].chunks
            for name in targets_of(stream):
                found += table.filter(pc.greater_equal(day, base))[name].chunks
    return pc.drop_null(pc.unique(pa.chunked_array(found)))


def _named(
    archive: Path, fetches: Sequence[Fetch], stream: Stream, named: pa.Array
) -> Iterator[dict[str, Any]]:
    """The booked events of a stream with one of those identities, or with a leg that has it."""
    names = [column.name for column in stream.columns]
    told = [name for name in ("status", "legs", *KINDS) if name in names]
    for table in _tables(archive, fetches, stream, [*_dated(stream), *told]):
        found = pc.is_in(table["identity"], value_set=named)
        if "legs" in told and table["legs"].null_count < len(table):
            found = pc.or_(found, _leg_is_named(table["legs"], named))
        if "status" in told:
            found = pc.and_not(found, pc.is_in(table["status"], value_set=pa.array(["pending"])))
        yield from in_microseconds(table.filter(found)).to_pylist()


def _tables(
    archive: Path, fetches: Sequence[Fetch], stream: Stream, names: Sequence[str]
) -> Iterator[pa.Table]:
    """Identity and those columns, segment by segment. Raises SegmentDamaged."""
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream.name else ():
            path = typed_path(archive / stream.name, segment)
            yield pq.read_table(path, columns=["identity", *names])


def _leg_is_named(legs: pa.ChunkedArray, named: pa.Array) -> list[bool]:
    """Whether a multi-leg execution has a leg with one of those identities."""
    wanted = set(named.to_pylist())
    named_in = (json.loads(text) if text else [] for text in legs.to_pylist())
    return [
        any(isinstance(leg, dict) and leg.get("execution_id") in wanted for leg in found)
        for found in named_in
    ]


def _waits(row: Mapping[str, Any]) -> bool:
    """Whether an event is an activity whose legs may wait for each other."""
    return any(may_wait(row[kind]) for kind in KINDS if kind in row)


def _dated(stream: Stream) -> list[str]:
    """The columns of a stream that tell an event's day."""
    names = [column.name for column in stream.columns]
    return [name for name in ("system_date", "executed_at", "event_at") if name in names]


def _days(table: pa.Table) -> pa.ChunkedArray:
    """The day each event belongs to: the one it names, else the last of its instants."""
    instants = [table[name] for name in ("executed_at", "event_at") if name in table.column_names]
    local = [pc.local_timestamp(pc.cast(at, pa.timestamp("ns", NEW_YORK))) for at in instants]
    day = pc.cast(pc.floor_temporal(pc.max_element_wise(*local), unit="day"), pa.date32())
    named = [table["system_date"]] if "system_date" in table.column_names else []
    return pc.coalesce(*named, day, pa.scalar(date.max))


def _day(row: Mapping[str, Any]) -> date:
    """The same of one event, read back."""
    if row.get("system_date") is not None:
        return date.fromisoformat(str(row["system_date"]))
    instants = [value for value in row.values() if isinstance(value, datetime)]
    return max(instants).astimezone(ZoneInfo(NEW_YORK)).date() if instants else date.max
