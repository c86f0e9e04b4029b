"""Reads one window of one stream into the archive, until it is proven complete or tries end.

Takes a broker and a window, or two ids; gives the manifest lines it wrote. Whatever came is kept,
however the stream ended: an event that was seen is never thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pendulum

from recon.archive.columns import Row, read_row
from recon.archive.coverage import BY_CURSOR
from recon.archive.manifest import Fetch, append, next_number, read_manifest
from recon.archive.read import archived
from recon.archive.segment import Segment, write_segment
from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.cursor import Cursor
from recon.feeds.sse import OversizeError
from recon.feeds.streams import Stream
from recon.window import Window, as_z, parse_instant

ROWS_PER_SEGMENT = 50_000
SECOND = 1_000_000_000
TRIES_PER_WINDOW = 3
MISSING_NAMED_MAX = 20
Progress = Callable[[int], None]


def replay_window(
    broker: Broker,
    archive: Path,
    stream: Stream,
    window: Window | Cursor,
    *,
    started_at: str,
    deadline_seconds: float,
    progress: Progress = lambda count: None,
) -> list[Fetch]:
    """Read it whole. A lossy reading is repeated in halves, which the broker can keep up with;
    any other unproven end is repeated as it is. The last line may still be unproven."""
    made: list[Fetch] = []
    waiting = [(window, TRIES_PER_WINDOW)]
    while waiting:
        part, tries = waiting.pop()
        intake = Intake(archive, stream, _window_of(part, started_at), progress)
        try:
            end = broker.read_window(stream, part, intake.take, deadline_seconds=deadline_seconds)
        except OversizeError:
            intake.record(StreamEnd("oversize", intake.received, 0, 0, ()), started_at)
            raise
        whole = end.ended == "complete"
        if whole and isinstance(part, Cursor):
            end = replace(end, ended=BY_CURSOR)
        made.append(intake.record(end, started_at))
        if not whole and tries > 1:
            again = part.halves() if end.ended == "lossy" else [part]
            waiting.extend((each, tries - 1) for each in again)
    return made


def _window_of(part: Window | Cursor, started_at: str) -> Window:
    """Of ids it is when their events were published; of integers, of which nobody knows that,
    the second before the reading."""
    if isinstance(part, Window):
        return part
    now = parse_instant(started_at)
    return part.published or Window(now.subtract(seconds=1), now)


class Intake:
    """What one reading brought: typed, without what the archive has already, in segments."""

    def __init__(
        self, archive: Path, stream: Stream, window: Window, progress: Progress = lambda count: None
    ) -> None:
        self.archive, self.stream, self.window, self.progress = archive, stream, window, progress
        self.fetches = read_manifest(archive)
        self.number = next_number(self.fetches)
        self.known = set(self._known())
        self.seen: set[str] = set()
        self.rows: list[Row] = []
        self.segments: list[Segment] = []
        self.received = self.duplicates = 0
        self.instants: list[int] = []  # of the first and the last event, nanoseconds

    def take(self, texts: list[str]) -> None:
        """Keep messages, the exact JSON text of each."""
        for text in texts:
            self.keep(read_row(self.stream, text))
        self.progress(len(texts))

    def keep(self, row: Row) -> None:
        """Keep one message that is typed already, unless it is archived."""
        self.received += 1
        self.seen.add(row.identity)
        if row.event_at is not None:
            known = [*self.instants, row.event_at]
            self.instants = [min(known), max(known)]
        if (row.identity, row.payload_hash) in self.known:
            self.duplicates += 1
            return
        self.known.add((row.identity, row.payload_hash))
        self.rows.append(row)
        if len(self.rows) == ROWS_PER_SEGMENT:
            self._flush()

    def window_of_events(self) -> Window:
        """The seconds from the first event to the last; the window asked for if none says when."""
        if not self.instants:
            return self.window
        first, last = (pendulum.from_timestamp(at // SECOND) for at in self.instants)
        return Window(first, last.add(seconds=1))

    def record(self, end: StreamEnd, started_at: str) -> Fetch:
        """Write what is left, then the manifest line."""
        self._flush()
        missing = self._missing() if end.ended == "complete" else []
        fetch = Fetch(
            fetch=self.number,
            stream=self.stream.name,
            since=as_z(self.window.since),
            until=as_z(self.window.until),
            ended=end.ended,
            received=self.received,
            new=sum(segment.rows for segment in self.segments),
            duplicates=self.duplicates,
            missing=len(missing),
            missing_identities=tuple(missing[:MISSING_NAMED_MAX]),
            heartbeats=end.heartbeats,
            dropped=end.dropped,
            unknown_comments=end.unknown_comments,
            started_at=started_at,
            segments=tuple(self.segments),
        )
        append(self.archive, fetch)
        return fetch

    def _flush(self) -> None:
        if self.rows:
            name = f"{self.number:06d}-{len(self.segments):04d}"
            folder = self.archive / self.stream.name
            self.segments.append(write_segment(folder, name, self.stream, self.rows))
            self.rows = []

    def _known(self) -> Iterator[tuple[str, str]]:
        """(identity, payload hash) of what is archived of this stream."""
        for row in self._archived("identity", "payload_hash"):
            yield row["identity"], row["payload_hash"]

    def _missing(self) -> list[str]:
        """Identities archived before inside this window that this whole reading did not bring."""
        times = {row["identity"]: row["event_at"] for row in self._archived("identity", "event_at")}
        return sorted(
            identity
            for identity, event_at in times.items()
            if event_at is not None
            and self.window.since < event_at < self.window.until
            and identity not in self.seen
        )

    def _archived(self, *columns: str) -> Iterator[dict[str, Any]]:
        return archived(self.archive, self.fetches, self.stream.name, columns)
