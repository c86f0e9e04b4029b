"""Which booked events before a date are named by later ones, so that books beginning at it must
know what they booked. Takes the archive; knows no warehouse.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from recon.archive.manifest import Fetch
from recon.archive.read import tables
from recon.closings.kinds import TYPE_COLUMNS, may_wait
from recon.feeds.streams import BOOKED, Stream, targets_of
from recon.window import NEW_YORK

ONE_DAY, LAST_DAY = timedelta(days=1), "9999-12-31"


def first_day_referred_to(
    archive: Path, fetches: Sequence[Fetch], base: date, kept_since: date
) -> date | None:
    """The earliest day, up to `base`, of a booked event that books beginning there could not take
    back, though a later day holds a further state of it or names it. None where there is none.

    What was booked from `kept_since` on is taken back by its kept lines, but for a leg that may
    wait for others; what was only announced was not booked."""
    named = _names(archive, [each.within(str(base + ONE_DAY), LAST_DAY) for each in fetches], base)
    until = [fetch.within("", str(base)) for fetch in fetches]
    found = (each for stream in BOOKED for each in _named(archive, until, stream, named))
    days = (day for day, waits in found if day <= base and (day < kept_since or waits))
    return min(days, default=None)


def _names(archive: Path, fetches: Sequence[Fetch], base: date) -> pa.Array:
    """The identities of the booked events after the base, and those that they name.

    Late in the evening of the base an event belongs to the day after: what it names counts."""
    found = [pa.array([], pa.string())]
    for stream in BOOKED:
        columns = ["identity", *targets_of(stream), *_dated(stream)]
        for table in tables(archive, fetches, stream.name, columns):
            day = _days(table)
            found += table.filter(pc.greater(day, base))["identity"].chunks
            for name in targets_of(stream):
                found += table.filter(pc.greater_equal(day, base))[name].chunks
    return pc.drop_null(pc.unique(pa.chunked_array(found)))


def _named(
    archive: Path, fetches: Sequence[Fetch], stream: Stream, named: pa.Array
) -> Iterator[tuple[date, bool]]:
    """Of each booked event with one of those identities, or with a leg that has it: its day, and
    whether it may wait for others in suspense."""
    kind = TYPE_COLUMNS.get(stream.name)
    told = [column.name for column in stream.columns if column.name in ("status", "legs", kind)]
    columns = ["identity", *_dated(stream), *told]
    for table in tables(archive, fetches, stream.name, columns):
        found = pc.is_in(table["identity"], value_set=named)
        if "legs" in told and table["legs"].null_count < len(table):
            found = pc.or_(found, _leg_is_named(table["legs"], named))
        if "status" in told:
            found = pc.and_not(found, pc.is_in(table["status"], value_set=pa.array(["pending"])))
        events = table.filter(found)
        waits = map(may_wait, events[kind].to_pylist()) if kind else itertools.repeat(False)
        yield from zip(_days(events).to_pylist(), waits, strict=False)


def _leg_is_named(legs: pa.ChunkedArray, named: pa.Array) -> list[bool]:
    """Whether a multi-leg execution has a leg with one of those identities."""
    wanted = set(named.to_pylist())
    named_in = (json.loads(text) if text else [] for text in legs.to_pylist())
    return [
        any(isinstance(leg, dict) and leg.get("execution_id") in wanted for leg in found)
        for found in named_in
    ]


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
