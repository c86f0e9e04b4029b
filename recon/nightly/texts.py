"""Holds the archived texts, the record of what the broker said, to their hashes each night.

Those of every segment that the night used, and a part of the rest that follows from the date, so
that each is looked at again within so many nights, whatever the history.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import duckdb

from recon.archive.lost import segment_file
from recon.archive.segment import RAW, Segment, raw_path
from recon.calendar import sessions
from recon.nightly.inputs import NightInputs

NIGHTS = 20  # within which every segment is looked at
USED = "select distinct stream, segment from events.archived_messages"


def verify_texts(connection: duckdb.DuckDBPyConnection, inputs: NightInputs) -> dict[str, int]:
    """How many segments, and events in them, were verified of how many. Raises SegmentDamaged."""
    used = set(connection.execute(USED).fetchall())
    turn = bisect.bisect(sessions(), inputs.system_date) % NIGHTS
    lost = {name for each in inputs.acknowledged for name in each["found"]}
    done = []
    for stream, segment in _segments(inputs):
        is_due = (stream, segment.name) in used or _turn(segment) == turn
        if is_due and segment_file(stream, segment, RAW) not in lost:
            raw_path(inputs.home / "archive" / stream, segment)
            done.append(segment)
    every = [segment for _, segment in _segments(inputs)]
    return {
        "segments": len(done),
        "of_segments": len(every),
        "events": sum(each.rows for each in done),
        "of_events": sum(each.rows for each in every),
    }


def _segments(inputs: NightInputs) -> Iterator[tuple[str, Segment]]:
    for fetch in inputs.fetches:
        for segment in fetch.segments:
            yield fetch.stream, segment


def _turn(segment: Segment) -> int:
    """Which of the nights is a segment's own."""
    return int(segment.raw_sha256[:8], 16) % NIGHTS
