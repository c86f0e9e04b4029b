"""Which instants of which stream are proven complete. Pure: takes fetches, gives windows.

A whole reading between two ids ends "by_cursor". It proves nothing of the time in which the
events happened, since late records carry old times; it covers when they were published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pendulum

from recon.archive.manifest import Fetch
from recon.feeds.cursor import Cursor
from recon.window import Window, parse_instant

BY_CURSOR = "by_cursor"


def covered(fetches: Iterable[Fetch], stream: str, ended: str = "complete") -> list[Window]:
    """The union of the windows of a stream that ended so, in order, none touching another."""
    windows = sorted(
        (
            Window(parse_instant(fetch.since), parse_instant(fetch.until))
            for fetch in fetches
            if fetch.stream == stream and fetch.ended == ended
        ),
        key=lambda window: window.since,
    )
    merged: list[Window] = []
    for window in windows:
        if merged and window.since <= merged[-1].until:
            merged[-1] = Window(merged[-1].since, max(merged[-1].until, window.until))
        else:
            merged.append(window)
    return merged


def is_covered(
    fetches: Iterable[Fetch], stream: str, window: Window, ended: str = "complete"
) -> bool:
    """Whether every instant of the window lies in one proven stretch."""
    return any(
        part.since <= window.since and window.until <= part.until
        for part in covered(fetches, stream, ended)
    )


def is_whole(fetches: Sequence[Fetch], cursor: Cursor) -> bool:
    """Whether these readings of one cursor, halves and all, brought everything."""
    if cursor.published is None:
        return fetches[-1].ended == BY_CURSOR
    return is_covered(fetches, fetches[-1].stream, cursor.published, BY_CURSOR)


def covered_until(fetches: Iterable[Fetch], stream: str) -> pendulum.DateTime | None:
    """The end of the last proven stretch, or None if nothing is proven."""
    parts = covered(fetches, stream)
    return parts[-1].until if parts else None
