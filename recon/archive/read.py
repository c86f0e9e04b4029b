"""Reads typed columns of archived events back, segment by segment, hashes checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recon.archive.manifest import Fetch
from recon.archive.segment import Segment, typed_path

NANOSECONDS, MICROSECONDS = pa.timestamp("ns", "UTC"), pa.timestamp("us", "UTC")


def archived(
    archive: Path, fetches: Iterable[Fetch], stream: str, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Those columns of every archived event of a stream, in the order received.

    Instants are cut to microseconds, which is what a Python datetime holds. Raises SegmentDamaged.
    """
    return rows_of(tables(archive, fetches, stream, columns))


def rows_of(found: Iterable[pa.Table]) -> Iterator[dict[str, Any]]:
    """The rows of such tables, instants cut to microseconds."""
    for table in found:
        yield from _in_microseconds(table).to_pylist()


def tables(
    archive: Path, fetches: Iterable[Fetch], stream: str, columns: Sequence[str]
) -> Iterator[pa.Table]:
    """The same, a table for each segment, instants in nanoseconds. Raises SegmentDamaged."""
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream else ():
            yield columns_of(archive, stream, segment, columns)


def columns_of(archive: Path, stream: str, segment: Segment, columns: Sequence[str]) -> pa.Table:
    """Those columns of one segment. Raises SegmentDamaged."""
    return pq.read_table(typed_path(archive / stream, segment), columns=list(columns))


def _in_microseconds(table: pa.Table) -> pa.Table:
    for index, column in enumerate(table.schema):
        if column.type == NANOSECONDS:
            cut = table.column(index).cast(MICROSECONDS, safe=False)
            table = table.set_column(index, column.name, cut)
    return table
