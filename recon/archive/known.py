"""Which events of one stream are archived already, so that a repeat is recognised.

The same text is known by its hash alone. Another text is compared by its content, but only where
an archived event of the same identity, or without one, was at the same instant: contents are worked
out from the archived texts, segment by segment, when such a text comes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pyarrow as pa

from recon.archive.archive import Archive
from recon.archive.columns import Row, has_identity, is_object
from recon.archive.contents import content_hash
from recon.archive.hashes import BITS, LOW, Hashes
from recon.archive.manifest import Fetch
from recon.archive.read import columns_of
from recon.archive.segment import Segment
from recon.feeds.streams import Stream
from recon.window import utc_date

Place = tuple[str, int | None]  # its identity, empty for none, and nanoseconds since 1970


class Known:
    """The events that those readings of a stream archived, and those that one has kept since."""

    def __init__(self, archive: Archive, stream: Stream, fetches: Sequence[Fetch]) -> None:
        self.archive, self.stream = archive, stream
        self.segments = [segment for fetch in fetches for segment in fetch.segments]
        self.days: dict[str, list[Segment]] = {}  # in UTC, empty for no day: those near it
        self.texts = Hashes()  # the first half of payload hashes
        self.places = Hashes()  # two alike by chance cost a comparison, nothing more
        self.contents: dict[bytes, str] = {}  # its hash, and the identity it is archived under
        self.unread: set[bytes] = set()  # content hashes of which not every value could be typed
        self.looked_up: set[str] = set()  # segments of which the texts are known
        self.compared: set[str] = set()  # segments of which the contents are known
        self.waiting: list[Row] = []  # kept, in no segment, their contents not worked out

    def identity_of(self, row: Row) -> str | None:
        """The identity under which this event is archived or kept; None for a new one.

        The same content was at the same time, so only the segments that may have an event of that
        day are looked at; all of them for one that names no time.
        """
        day = "" if row.event_at is None else str(utc_date(row.event_at))
        if day not in self.days:
            self.days[day] = self.near(day, day)
            self._look_up(self.days[day])
        if _of_text(row.payload_hash) in self.texts:
            return row.identity
        if _of_place(_place(row)) not in self.places or not is_object(row):
            return None
        self._compare(self.days[day])
        content = _of_content(row.text)
        if content in self.unread and _is_read(row):
            return None  # a spelling that can be read is worth more than one that could not
        return self.contents.get(content)

    def keep(self, row: Row) -> None:
        """From now on this event is known."""
        self.texts.add(_of_text(row.payload_hash))
        self.places.add(_of_place(_place(row)))
        self.waiting.append(row)

    def written(self, segment: Segment) -> None:
        """What was kept since the last one is in this segment now."""
        self.segments.append(segment)
        self.looked_up.add(segment.name)
        self.days, self.waiting = {}, []

    def near(self, first: str, last: str) -> list[Segment]:
        """The segments that may have an event of those UTC days; all for none."""
        return [
            segment
            for segment in self.segments
            if not (first and segment.last_event)
            or (segment.first_event <= last and segment.last_event >= first)
        ]

    def read(self, segments: Sequence[Segment], *columns: str) -> Iterator[pa.Table]:
        """Those columns of the segments, a table each."""
        folder, stream = self.archive.folder, self.stream.name
        return (columns_of(folder, stream, segment, columns) for segment in segments)

    def _look_up(self, near: Sequence[Segment]) -> None:
        new = [segment for segment in near if segment.name not in self.looked_up]
        self.looked_up.update(segment.name for segment in new)
        instant = [each.name for each in self.stream.columns if each.name == "event_at"]
        for table in self.read(new, "identity", "payload_hash", *instant):
            self.texts.update(map(_of_text, table["payload_hash"].to_pylist()))
            self.places.update(map(_of_place, _places(table)))

    def _compare(self, near: Sequence[Segment]) -> None:
        for row in self.waiting:
            self._add(row.text, row.identity, is_read=_is_read(row))
        self.waiting = []
        for segment in near:
            if segment.name not in self.compared:
                self.compared.add(segment.name)
                texts = self.archive.texts(self.stream, segment)
                (table,) = self.read([segment], "identity", "malformed", "unread")
                for text, row in zip(texts, table.to_pylist(), strict=True):
                    is_read = row["malformed"] is None and not row["unread"]
                    self._add(text, row["identity"], is_read=is_read)

    def _add(self, text: str, identity: str, *, is_read: bool) -> None:
        content = _of_content(text)
        if is_read:
            self.unread.discard(content)
        elif content not in self.contents:
            self.unread.add(content)
        self.contents.setdefault(content, identity)


def _is_read(row: Row) -> bool:
    return row.malformed is None and not row.unread


def _of_text(payload_hash: str) -> int:
    return int(payload_hash[:32], 16)


def _of_content(text: str) -> bytes:
    return bytes.fromhex(content_hash(text)[:32])


def _of_place(place: Place) -> int:
    return (hash(place) & LOW) << BITS


def _place(row: Row) -> Place:
    return row.identity if has_identity(row.identity) else "", row.event_at


def _places(table: pa.Table) -> Iterator[Place]:
    identities = (name if has_identity(name) else "" for name in table["identity"].to_pylist())
    if "event_at" not in table.column_names:
        return zip(identities, itertools.repeat(None))  # of a statement nothing says when it was
    return zip(identities, table["event_at"].cast(pa.int64()).to_pylist(), strict=True)
