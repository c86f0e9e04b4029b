"""The archive of a home: what every reading brought, and the one way to add to it.

The manifest is read once, when somebody first asks what it has, and grows here by what is recorded.
Who records holds the run's lock; who only reads sees the archive as it was then.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from recon.archive import manifest
from recon.archive.columns import Row
from recon.archive.lost import without_lost
from recon.archive.manifest import Fetch
from recon.archive.read import archived, tables
from recon.archive.segment import Segment, read_texts, write_segment
from recon.chain import RUNS
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import Stream
from recon.ndjson import Damaged, Log, heads_of, stop

MISSING_NAMED_MAX = 20


class Archive:
    """The segments below a folder, and the manifest that makes them count. `started_at` is when the
    run that records here began, RFC 3339 in UTC."""

    def __init__(self, folder: Path, started_at: str = "", damaged: Damaged = stop) -> None:
        self.folder, self.started_at, self.damaged = folder, started_at, damaged

    @functools.cached_property
    def _written(self) -> Log[Fetch]:
        return manifest.read_fetches(self.folder, self.damaged)

    @functools.cached_property
    def log(self) -> Log[Fetch]:
        """The manifest, without segments that are acknowledged as lost. Raises ManifestDamaged."""
        return replace(self._written, lines=without_lost(self._written))

    @property
    def fetches(self) -> list[Fetch]:
        """Every reading, oldest first. Raises ManifestDamaged."""
        return self.log.lines

    @property
    def next_number(self) -> int:
        """The number of the reading that is recorded next."""
        return manifest.next_number(self.fetches)

    @property
    def opening_date(self) -> date | None:
        """The system date whose statement opens the books, or None: they begin at zero."""
        return manifest.opening_date(self.fetches)

    def of(self, stream: Stream) -> list[Fetch]:
        """The readings of one stream."""
        return [fetch for fetch in self.fetches if fetch.stream == stream.name]

    def rows(
        self, stream: Stream, columns: Sequence[str], fetches: Iterable[Fetch] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Those columns of each event of a stream, in the order received, of those fetches or of
        all; instants cut to microseconds. Raises SegmentDamaged."""
        return archived(self.folder, self._or_all(fetches), stream.name, columns)

    def tables(
        self, stream: Stream, columns: Sequence[str], fetches: Iterable[Fetch] | None = None
    ) -> Iterator[pa.Table]:
        """The same, a table for each segment, instants in nanoseconds. Raises SegmentDamaged."""
        return tables(self.folder, self._or_all(fetches), stream.name, columns)

    def texts(self, stream: Stream, segment: Segment) -> Iterator[str]:
        """The exact JSON texts of a segment, in order. Raises SegmentDamaged."""
        return read_texts(self.folder / stream.name, segment)

    def write(self, stream: Stream, rows: Sequence[Row], part: int = 0) -> Segment:
        """Write rows as a part of the next reading; they count once that is recorded."""
        name = f"{self.next_number:06d}-{part:04d}"
        return write_segment(self.folder / stream.name, name, stream, rows)

    def record(
        self,
        stream: str,
        since: str,
        until: str,
        end: StreamEnd,
        segments: Sequence[Segment] = (),
        missing: Sequence[str] = (),
        asked: str = "",
    ) -> Fetch:
        """Add the line of a reading durably: its stretch of time, how it ended and what it counted,
        and the segments that its new messages are in; the other messages were archived before.
        `missing` are identities that it should have brought again."""
        new = sum(segment.rows for segment in segments)
        fetch = Fetch(
            fetch=self.next_number,
            stream=stream,
            since=since,
            until=until,
            ended=end.ended,
            received=end.messages,
            new=new,
            duplicates=end.messages - new,
            missing=len(missing),
            missing_identities=tuple(missing[:MISSING_NAMED_MAX]),
            heartbeats=end.heartbeats,
            dropped=end.dropped,
            unknown_comments=end.unknown_comments,
            started_at=self.started_at,
            segments=tuple(segments),
            asked=asked,
            heads=self._heads,
        )
        self.log.add(fetch, manifest.append(self.folder, fetch))
        return fetch

    @functools.cached_property
    def _heads(self) -> dict[str, str]:
        """The head of the run index, so that a line it loses later is missed."""
        runs = self.folder.parent / RUNS
        return {RUNS: heads_of(runs)[-1]} if runs.exists() else {}

    @property
    def acknowledged(self) -> frozenset[str]:
        """What people acknowledged as damaged: the names of the findings."""
        return frozenset(name for each in self._written.acknowledged for name in each["found"])

    def sweep(self) -> None:
        """Clear what a killed run left. Raises ManifestDamaged where lines are lost."""
        manifest.sweep(self.folder, self._written.lines, known_lost=bool(self.acknowledged))

    def _or_all(self, fetches: Iterable[Fetch] | None) -> Iterable[Fetch]:
        return self.fetches if fetches is None else fetches
