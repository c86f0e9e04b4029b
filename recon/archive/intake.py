"""What one reading brings into the archive: typed, without what is archived already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pendulum

from recon.archive.columns import Row, read_row
from recon.archive.manifest import (
    Fetch,
    append,
    next_number,
    read_from_broker,
    read_manifest,
)
from recon.archive.read import archived
from recon.archive.segment import Segment, write_segment
from recon.feeds.broker import StreamEnd
from recon.feeds.streams import SYSTEM, Stream
from recon.window import Window, as_z, utc_date

ROWS_PER_SEGMENT = 50_000
SECOND = 1_000_000_000
MISSING_NAMED_MAX = 20
Progress = Callable[[int], None]


class Intake:
    """What one reading brought: typed, without what the archive has already, in segments.

    The broker's word on a day is archived although a file said it before (not `from_file`): only
    what the broker said itself starts a night."""

    def __init__(
        self,
        archive: Path,
        stream: Stream,
        window: Window,
        progress: Progress = lambda count: None,
        *,
        from_file: bool = False,
    ) -> None:
        self.archive, self.stream, self.window, self.progress = archive, stream, window, progress
        self.fetches = read_manifest(archive)
        self.number = next_number(self.fetches)
        if stream is SYSTEM and not from_file:
            self.fetches = read_from_broker(self.fetches)
        self.known: set[tuple[str, str]] = set()  # identity, payload hash
        self.days_known: set[str] = set()  # in UTC, empty for no day
        self.segments_known: set[str] = set()
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
        if self._is_known(row):
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

    def record(
        self,
        end: StreamEnd,
        started_at: str,
        asked: str = "",
        by_time: pendulum.DateTime | None = None,
    ) -> Fetch:
        """Write what is left, then the manifest line. `by_time` is where what was read by the time
        of the events ends, if that is before the window: only there must all come again."""
        self._flush()
        missing = self._missing(by_time or self.window.until) if end.ended == "complete" else []
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
            asked=asked,
        )
        append(self.archive, fetch)
        return fetch

    def _flush(self) -> None:
        if self.rows:
            name = f"{self.number:06d}-{len(self.segments):04d}"
            folder = self.archive / self.stream.name
            self.segments.append(write_segment(folder, name, self.stream, self.rows))
            self.rows = []

    def _is_known(self, row: Row) -> bool:
        """Whether it is archived. The same text was at the same time, so only the segments that may
        have an event of that day are looked at; all of them for one that names no time."""
        day = "" if row.event_at is None else str(utc_date(row.event_at))
        if day not in self.days_known:
            self.days_known.add(day)
            near = self._near(day, day)
            new = [segment for segment in near if segment.name not in self.segments_known]
            for old in self._archived(new, "identity", "payload_hash"):
                self.known.add((old["identity"], old["payload_hash"]))
            self.segments_known.update(segment.name for segment in new)
        return (row.identity, row.payload_hash) in self.known

    def _missing(self, until: pendulum.DateTime) -> list[str]:
        """Identities archived before inside this window that this whole reading did not bring."""
        days = (as_z(at)[:10] for at in (self.window.since, until))
        rows = self._archived(self._near(*days), "identity", "event_at")
        times = {row["identity"]: row["event_at"] for row in rows}
        return sorted(
            identity
            for identity, event_at in times.items()
            if event_at is not None
            and self.window.since < event_at < until
            and identity not in self.seen
        )

    def _near(self, first: str, last: str) -> list[Segment]:
        """The segments of this stream that may have an event of those UTC days; all for none."""
        return [
            segment
            for fetch in self.fetches
            if fetch.stream == self.stream.name
            for segment in fetch.segments
            if not (first and segment.last_event)
            or (segment.first_event <= last and segment.last_event >= first)
        ]

    def _archived(self, segments: list[Segment], *columns: str) -> Iterator[dict[str, Any]]:
        fetch = Fetch(0, self.stream.name, "", "", "", 0, 0, 0, segments=tuple(segments))
        return archived(self.archive, [fetch], self.stream.name, columns)
