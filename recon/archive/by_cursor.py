"""Reads what a stream published between two ids into the archive.

It proves nothing of the time in which the events happened, since late records carry old times:
a whole reading ends "by_cursor", which is no coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pendulum

from recon.archive.coverage import is_covered
from recon.archive.manifest import Fetch
from recon.archive.replay import TRIES_PER_WINDOW, Intake
from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.cursor import Cursor
from recon.feeds.sse import OversizeError
from recon.feeds.streams import Stream
from recon.window import Window, as_z

BY_CURSOR = "by_cursor"


def replay_cursor(
    broker: Broker,
    archive: Path,
    stream: Stream,
    cursor: Cursor,
    *,
    now: pendulum.DateTime,
    deadline_seconds: float,
    progress: Callable[[int], None] = lambda count: None,
) -> list[Fetch]:
    """Read it whole. A lossy reading is repeated in halves, any other unproven end as it is. The
    window of each line is when its events were published; of integer ids nobody knows it."""
    made: list[Fetch] = []
    waiting = [(cursor, TRIES_PER_WINDOW)]
    while waiting:
        part, tries = waiting.pop()
        window = part.published or Window(now.subtract(seconds=1), now)
        intake = Intake(archive, stream, window, progress)
        try:
            end = broker.read_window(stream, part, intake.take, deadline_seconds=deadline_seconds)
        except OversizeError:
            intake.record(StreamEnd("oversize", intake.received, 0, 0, ()), as_z(now))
            raise
        whole = end.ended == "complete"
        made.append(intake.record(replace(end, ended=BY_CURSOR) if whole else end, as_z(now)))
        if not whole and tries > 1:
            again = part.halves() if end.ended == "lossy" else [part]
            waiting.extend((each, tries - 1) for each in again)
    return made


def is_whole(fetches: list[Fetch], cursor: Cursor) -> bool:
    """Whether these readings of one cursor, halves and all, brought everything."""
    if cursor.published is None:
        return fetches[-1].ended == BY_CURSOR
    return is_covered(fetches, fetches[-1].stream, cursor.published, BY_CURSOR)
