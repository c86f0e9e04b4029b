"""Brings files of events into the archive, as the broker's own streams would have brought them.

A file is one fetch that ended "ingested": whole or, where it is refused, not at all. Such a fetch
proves no coverage, since nobody knows what the file lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pendulum

from recon.archive.columns import Number, Row, parse_json, read_row
from recon.archive.files import read_file, refuse_no_file, unusable
from recon.archive.intake import Count, Intake
from recon.archive.manifest import Fetch
from recon.feeds.streams import EVENT_STREAMS, JOURNAL_STATUS, Stream, stream_named
from recon.nightly.lock import locked
from recon.nightly.progress import Progress
from recon.settings import Settings
from recon.window import Window

TELLING = 3  # so many required members tell a stream from the others
NUMBERED = re.compile(r'"event_id"\s*:\s*-?\d|"event_ulid"\s*:')
LETTERED = re.compile(r'"event_id"\s*:\s*"')


@dataclass(frozen=True)
class Ingested:
    """What one file brought. Without a fetch it holds no event. `unread` counts the texts that
    are no whole JSON object, kept as they are; `unread_line` is where the first one ends."""

    file: Path
    fetch: Fetch | None
    unread: int = 0
    unread_line: int = 0


def ingest_files(
    settings: Settings,
    name: str,
    files: Sequence[Path],
    now: pendulum.DateTime,
    *,
    progress: Progress,
) -> Iterator[Ingested]:
    """Archive files of one stream, one after the other. Raises UsageError for a file that is none
    of that stream: those before it are archived, of itself and those after it nothing is.

    An event of the system stream is kept as a record: only the broker's own word, read from the
    broker, says that a day is ready."""
    stream = stream_named(name)
    for file in files:
        refuse_no_file(file)
    with locked(settings.home, now) as archive:
        for file in files:
            with progress.tracked(f"ingest {file.name}") as count:
                intake = Intake(archive, stream, _no_window(now), from_file=True)
                done = _Reading(file, stream, intake, count).whole()
            yield done


@dataclass
class _Reading:
    """One file on its way into the archive."""

    file: Path
    stream: Stream
    intake: Intake
    count: Count
    unread: int = 0
    unread_line: int = 0

    def whole(self) -> Ingested:
        """Read it to its end, then write its line."""
        end = read_file(self.file, self.take)
        if not self.intake.received:
            return Ingested(self.file, None)
        self.intake.window = self.intake.window_of_events()
        fetch = self.intake.record(end)
        return Ingested(self.file, fetch, self.unread, self.unread_line)

    def take(self, text: str, line: int) -> None:
        """Keep one text. Raises UsageError for an event of another stream."""
        row = read_row(self.stream, text)
        if row.malformed is not None and row.malformed.startswith("not "):
            self.unread += 1
            self.unread_line = self.unread_line or line
        else:
            if row.malformed is not None or not self.intake.received:
                self._refuse_another_stream(row, line)
            self._refuse_another_version(text, line)
        self.intake.keep(row)
        if self.intake.received % 1000 == 0:
            self.count(1000)

    def _refuse_another_version(self, text: str, line: int) -> None:
        """The integer id of version 1 and the ULID of version 2 are different cursors."""
        if self.stream is JOURNAL_STATUS or not self.stream.path:
            return
        is_first = self.stream.path.startswith("/v1/")
        if not (LETTERED if is_first else NUMBERED).search(text):
            return
        event = parse_json(text)
        value = event.get("event_id")
        lettered = isinstance(value, str) and not isinstance(value, Number)
        if is_first and lettered:
            kind, seen = "version 1, whose event_id is an integer", "a text: version 2"
        elif not is_first and (isinstance(value, Number) or (not value and "event_ulid" in event)):
            kind, seen = "version 2, whose event_id is a ULID", "that of version 1"
        else:
            return
        others = {"trades": "trades_v1", "trades_v1": "trades"}
        hint = f" (of --stream {others[self.stream.name]}?)" if self.stream.name in others else ""
        raise unusable(
            self.file, f"events of {self.stream.name}, {kind}", f"an event_id as {seen}{hint}", line
        )

    def _refuse_another_stream(self, row: Row, line: int) -> None:
        """An archive never forgets: a file under the wrong name would be thousands of breaks."""
        names = [
            other.name
            for other in EVENT_STREAMS.values()
            if other.name != self.stream.name and _takes(other, row.text)
        ]
        taken = row.malformed is None and len(self.stream.required) >= TELLING
        expected = f"events of {self.stream.name}"
        if names and not taken:
            raise unusable(self.file, expected, "an event of " + " or ".join(names), line)
        if row.malformed == "lacks " + ", ".join(self.stream.required) and not row.unread:
            raise unusable(self.file, expected, "an object that has nothing of one", line)


def _takes(stream: Stream, text: str) -> bool:
    """Whether it is an event of that stream beyond doubt."""
    return len(stream.required) >= TELLING and read_row(stream, text).malformed is None


def _no_window(now: pendulum.DateTime) -> Window:
    """Of a file in which no event says when it was."""
    return Window(now.subtract(seconds=1), now)
