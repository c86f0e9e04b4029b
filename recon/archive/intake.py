"""What one reading brings into the archive: typed, without what is archived already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pendulum

from recon.archive.archive import Archive
from recon.archive.columns import Row, read_row
from recon.archive.hashes import Hashes
from recon.archive.known import Known
from recon.archive.manifest import Fetch, read_from_broker
from recon.archive.read import rows_of
from recon.archive.segment import Segment
from recon.feeds.broker import StreamEnd
from recon.feeds.streams import SYSTEM, Stream
from recon.window import Window, as_z

ROWS_PER_SEGMENT, SEGMENT_CHARACTERS = 10_000, 4 * 1024 * 1024
EVENTS_MAX, CHARACTERS_MAX = 500_000, 2 * 1024 * 1024 * 1024  # of one reading
SECOND = 1_000_000_000
Count = Callable[[int], None]


class Intake:
    """What one reading brought: typed, without what the archive has already, in segments.

    The broker's word on a day is archived although a file said it before (not `from_file`): only
    what the broker said itself starts a night."""

    def __init__(
        self,
        archive: Archive,
        stream: Stream,
        window: Window,
        count: Count = lambda count: None,
        *,
        from_file: bool = False,
    ) -> None:
        self.archive, self.stream, self.window, self.count = archive, stream, window, count
        before = archive.of(stream)
        if stream is SYSTEM and not from_file:
            before = read_from_broker(before)
        self.known = Known(archive, stream, before)
        self.seen = Hashes()  # of identities
        self.rows: list[Row] = []
        self.waiting = self.characters = 0  # of the rows, and of all that came
        self.segments: list[Segment] = []
        self.received = self.duplicates = 0
        self.instants: list[int] = []  # of the first and the last event, nanoseconds

    def take(self, texts: list[str]) -> None:
        """Keep messages, the exact JSON text of each."""
        for text in texts:
            self.keep(read_row(self.stream, text))
        self.count(len(texts))

    def keep(self, row: Row) -> None:
        """Keep one message that is typed already, unless it is archived."""
        self.received += 1
        self.characters += len(row.text)
        if row.event_at is not None:
            known = [*self.instants, row.event_at]
            self.instants = [min(known), max(known)]
        identity = self.known.identity_of(row)
        self.seen.add(_of_identity(identity or row.identity))
        if identity is not None:
            self.duplicates += 1
            return
        self.known.keep(row)
        self.rows.append(row)
        self.waiting += len(row.text)
        if len(self.rows) == ROWS_PER_SEGMENT or self.waiting > SEGMENT_CHARACTERS:
            self._flush()

    @property
    def is_full(self) -> bool:
        """Whether one reading may bring no more: it is then not whole."""
        return self.received >= EVENTS_MAX or self.characters >= CHARACTERS_MAX

    def window_of_events(self) -> Window:
        """The seconds from the first event to the last; the window asked for if none says when."""
        if not self.instants:
            return self.window
        first, last = (pendulum.from_timestamp(at // SECOND) for at in self.instants)
        return Window(first, last.add(seconds=1))

    def record(
        self, end: StreamEnd, asked: str = "", by_time: pendulum.DateTime | None = None
    ) -> Fetch:
        """Write what is left, then the manifest line. `by_time` is where what was read by the time
        of the events ends, if that is before the window: only there must all come again."""
        self._flush()
        missing = self._missing(by_time or self.window.until) if end.ended == "complete" else []
        since, until = as_z(self.window.since), as_z(self.window.until)
        counted = replace(end, messages=self.received)
        return self.archive.record(
            self.stream.name, since, until, counted, self.segments, missing, asked
        )

    def _flush(self) -> None:
        if self.rows:
            self.segments.append(self.archive.write(self.stream, self.rows, len(self.segments)))
            self.known.written(self.segments[-1])
            self.rows, self.waiting = [], 0

    def _missing(self, until: pendulum.DateTime) -> list[str]:
        """Identities archived before inside this window that this whole reading did not bring."""
        days = (as_z(at)[:10] for at in (self.window.since, until))
        near = [each for each in self.known.near(*days) if each not in self.segments]
        times = {
            row["identity"]: row["event_at"]
            for row in rows_of(self.known.read(near, "identity", "event_at"))
            if _of_identity(row["identity"]) not in self.seen
        }
        return sorted(
            identity
            for identity, event_at in times.items()
            if event_at is not None and self.window.since < event_at < until
        )


def _of_identity(identity: str) -> int:
    digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return int.from_bytes(digest)
