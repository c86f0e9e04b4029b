"""Reads typed columns of archived events back, segment by segment, hashes checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recon.archive.manifest import Fetch
from recon.archive.segment import typed_path
from recon.feeds.streams import BOOKED, Stream, targets_of
from recon.window import NEW_YORK

TYPE_COLUMNS = ("entry_type", "activity_type")
CASH_ALONE = ("CSD", "CSW", "DIVFEE", "DIVNRA", "FEE", "INTNRA", "INTTW", "JNLC", "WH")
ONE_DAY, LAST_DAY = timedelta(days=1), "9999-12-31"
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
            yield from _in_microseconds(pq.read_table(path, columns=list(columns))).to_pylist()


def _in_microseconds(table: pa.Table) -> pa.Table:
    for index, column in enumerate(table.schema):
        if column.type == NANOSECONDS:
            cut = table.column(index).cast(MICROSECONDS, safe=False)
            table = table.set_column(index, column.name, cut)
    return table


def first_day_referred_to(archive: Path, fetches: Sequence[Fetch], base: date) -> date | None:
    """The earliest day, up to `base`, of a booked event of which a later day holds a further state
    or which a later event names as its target. None where there is no such event.

    What moved cash alone is taken back by its amount, which is read again whenever it is named."""
    wanted: set[str] = set()
    for stream in BOOKED:
        targets = targets_of(stream)
        names = ["identity", *targets, *_dated(stream)]
        after = [fetch.within(str(base + ONE_DAY), LAST_DAY) for fetch in fetches]
        for row in archived(archive, after, stream.name, names):
            day = _day(row)
            # Late in the evening of the base an event belongs to the day after: its target counts.
            wanted.update(row[name] for name in targets if row[name] and day >= base)
            wanted.update([row["identity"]] if day > base else [])
    named = pa.array(sorted(wanted), pa.string())
    until = [fetch.within("", str(base)) for fetch in fetches]
    days = (_day(row) for stream in BOOKED for row in _named(archive, until, stream, named))
    return min((day for day in days if day <= base), default=None)


def _named(
    archive: Path, fetches: Sequence[Fetch], stream: Stream, named: pa.Array
) -> Iterator[dict[str, Any]]:
    """The archived events of a stream with one of those identities, or with a leg that has it."""
    has_legs = any(column.name == "legs" for column in stream.columns)
    kinds = [name for name in TYPE_COLUMNS if any(c.name == name for c in stream.columns)]
    columns = ["identity", *_dated(stream), *(["legs"] if has_legs else []), *kinds]
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream.name else ():
            table = pq.read_table(typed_path(archive / stream.name, segment), columns=columns)
            found = pc.is_in(table["identity"], value_set=named)
            if has_legs:
                found = pc.or_(found, _leg_is_named(table["legs"], named))
            for kind in kinds:
                cash = pc.is_in(table[kind], value_set=pa.array(CASH_ALONE))
                found = pc.and_(found, pc.invert(cash))
            yield from _in_microseconds(table.filter(found)).to_pylist()


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


def _day(row: Mapping[str, Any]) -> date:
    """The day an archived event belongs to: the one it names, else the last of its instants."""
    if row.get("system_date") is not None:
        return date.fromisoformat(str(row["system_date"]))
    instants = [value for value in row.values() if isinstance(value, datetime)]
    return max(instants).astimezone(ZoneInfo(NEW_YORK)).date() if instants else date.max
