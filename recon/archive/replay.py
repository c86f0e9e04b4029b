"""Reads one window of one stream into the archive, until it is proven complete or tries end.

Takes a broker and a window, or two ids; gives the manifest lines it wrote. Whatever came is kept,
however the stream ended: an event that was seen is never thrown away.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from recon.archive.coverage import BY_CURSOR
from recon.archive.intake import Intake, Progress
from recon.archive.manifest import Fetch
from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.cursor import Cursor
from recon.feeds.sse import OversizeError
from recon.feeds.streams import Stream
from recon.window import Window, parse_instant

TRIES_PER_WINDOW = 3


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
