"""One immutable segment: the exact JSON texts, and their typed columns, row by row the same.

Takes rows, gives two files: `<name>.ndjson.zst` and `<name>.parquet`. Both are written under a
temporary name, read back, and renamed, so that a half file can never have a final name.
"""

from __future__ import annotations

import bisect
import datetime
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recon.archive.columns import Row
from recon.archive.values import DIGITS_AFTER
from recon.calendar import sessions
from recon.digest import sha256_of
from recon.durable import make_folder, sync
from recon.errors import ReconError
from recon.feeds.streams import Stream
from recon.window import new_york_date, utc_date

TYPES = {
    "text": pa.string(),
    "decimal": pa.decimal128(38, DIGITS_AFTER),
    "scale": pa.int32(),
    "instant": pa.timestamp("ns", "UTC"),
    "date": pa.date32(),
    "json": pa.string(),
    "flag": pa.bool_(),
}
RAW, TYPED, TEMPORARY = ".ndjson.zst", ".parquet", ".tmp"
DAY_COLUMNS = ("system_date", "statement_date", "balance_asof")
INSTANTS = ("event_at", "executed_at")
NEVER = "0001-01-01"
EVENING = 4 * 3_600 * 1_000_000_000  # from 20:00 on a trade belongs to the next session


class SegmentDamaged(ReconError):
    """A segment is not what the manifest says it is."""


@dataclass(frozen=True)
class Segment:
    """What the manifest keeps of one segment. Hashes are sha256 of the files.

    `first_day` and `last_day` bound the system dates of its events, YYYY-MM-DD; `last_day` is
    empty where an event has none, so that nobody may skip it. `first_event` and `last_event` bound
    the instants of those that name one, as UTC dates; empty where a release before 0.3 wrote it.
    """

    name: str
    rows: int
    raw_sha256: str
    typed_sha256: str
    first_day: str = ""
    last_day: str = ""
    first_event: str = ""
    last_event: str = ""


def schema_of(stream: Stream) -> pa.Schema:
    """Columns of a stream's Parquet: the row's own, then the stream's."""
    own = [
        pa.field("row", pa.int64()),
        pa.field("identity", pa.string()),
        pa.field("payload_hash", pa.string()),
        pa.field("malformed", pa.string()),
        pa.field("unread", pa.list_(pa.string())),
    ]
    return pa.schema(own + [pa.field(column.name, TYPES[column.kind]) for column in stream.columns])


def write_segment(folder: Path, name: str, stream: Stream, rows: Sequence[Row]) -> Segment:
    """Write both files of a segment durably. Raises SegmentDamaged if they do not read back."""
    make_folder(folder)
    table = _table(stream, rows)
    raw, typed = folder / (name + RAW), folder / (name + TYPED)
    raw_temporary, typed_temporary = _temporary(raw), _temporary(typed)
    with pa.CompressedOutputStream(str(raw_temporary), "zstd") as sink:
        sink.write("".join(_line(row.text) for row in rows).encode("utf-8", "surrogatepass"))
    pq.write_table(table, typed_temporary, compression="zstd", compression_level=1)
    if (
        list(_texts(raw_temporary)) != [row.text for row in rows]
        or pq.read_table(typed_temporary) != table
    ):
        raise _damaged(typed_temporary, "files that read back as written")
    for temporary, final in ((raw_temporary, raw), (typed_temporary, typed)):
        sync(temporary)
        os.replace(temporary, final)
    sync(folder)
    return Segment(
        name, len(rows), sha256_of(raw), sha256_of(typed), *_days(table), *_event_days(table)
    )


def read_texts(folder: Path, segment: Segment) -> Iterator[str]:
    """The exact JSON texts of a segment, in order. Raises SegmentDamaged on another hash."""
    return _texts(raw_path(folder, segment))


def raw_path(folder: Path, segment: Segment) -> Path:
    """The texts of a segment, their hash checked. Raises SegmentDamaged on another hash."""
    path = folder / (segment.name + RAW)
    if not path.is_file() or sha256_of(path) != segment.raw_sha256:
        raise _damaged(path, f"sha256 {segment.raw_sha256[:12]}…")
    return path


def typed_path(folder: Path, segment: Segment) -> Path:
    """The Parquet of a segment, its hash checked. Raises SegmentDamaged on another hash."""
    path = folder / (segment.name + TYPED)
    if not path.is_file() or sha256_of(path) != segment.typed_sha256:
        raise _damaged(path, f"sha256 {segment.typed_sha256[:12]}…")
    return path


def _table(stream: Stream, rows: Sequence[Row]) -> pa.Table:
    own: list[list[object]] = [
        list(range(len(rows))),
        [row.identity for row in rows],
        [row.payload_hash for row in rows],
        [row.malformed for row in rows],
        [row.unread for row in rows],
    ]
    columns = [[row.values[index] for row in rows] for index in range(len(stream.columns))]
    schema = schema_of(stream)
    arrays = [
        pa.array(values, type=field.type)
        for values, field in zip(own + columns, schema, strict=True)
    ]
    return pa.table(arrays, schema=schema)


def _days(table: pa.Table) -> tuple[str, str]:
    """The earliest and the latest system date that an event of the segment can belong to.

    A trade names no date: its own is the New York day of an instant, or the next session when that
    is late in the evening or no session; one more is left for a session that is called off later.
    """
    names = [name for name in DAY_COLUMNS if name in table.column_names]
    dates = [pc.min_max(table[name]).as_py() for name in names]
    first = [str(found["min"]) for found in dates if found["min"]]
    last = [str(found["max"]) for found in dates if found["max"]]
    undated = table.filter(pc.is_null(table[names[0]])) if names else table
    columns = [undated[name].cast(pa.int64()) for name in INSTANTS if name in table.column_names]
    if len(undated) and (not columns or columns[0].null_count):
        last = [""]  # nobody may skip it
    instants = [pc.min_max(column).as_py() for column in columns]
    first += [str(new_york_date(found["min"])) for found in instants if found["min"] is not None]
    if last != [""]:
        last += [
            str(_two_sessions_on(new_york_date(found["max"] + EVENING)))
            for found in instants
            if found["max"] is not None
        ]
    return min(first, default=""), max(last, default="")


def _line(text: str) -> str:
    """A text as it is; one that would break the lines is written as a JSON string."""
    return (json.dumps(text) if "\n" in text or text.startswith('"') else text) + "\n"


def _texts(path: Path) -> Iterator[str]:
    with pa.CompressedInputStream(str(path), "zstd") as source:
        content = source.read().decode("utf-8", "surrogatepass")
    for line in content.split("\n")[:-1]:
        yield json.loads(line) if line.startswith('"') else line


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}{TEMPORARY}")


def _damaged(path: Path, expected: str) -> SegmentDamaged:
    return SegmentDamaged(
        expected=expected,
        seen="another content or no file",
        where=str(path),
        next_step="restore this file from a backup; `recon verify` says what it touches, and how to"
        " go on without one",
    )


def _event_days(table: pa.Table) -> tuple[str, str]:
    """The UTC dates of the first and the last instant at which an event of the segment was."""
    if "event_at" not in table.column_names:
        return "", ""
    found = pc.min_max(table["event_at"].cast(pa.int64())).as_py()
    if found["min"] is None:
        return NEVER, NEVER
    return str(utc_date(found["min"])), str(utc_date(found["max"]))


def _two_sessions_on(day: datetime.date) -> datetime.date:
    """The session after the first one from that day on; a week on where the calendar ends."""
    place = bisect.bisect_left(sessions(), day) + 1
    return sessions()[place] if place < len(sessions()) else day + datetime.timedelta(days=7)
