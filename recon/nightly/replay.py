"""Reads windows that an operator asks for, outside any night."""

from __future__ import annotations

from collections.abc import Iterable

import pendulum

from recon.archive.manifest import Fetch
from recon.archive.replay import replay_window
from recon.errors import UsageError
from recon.feeds.broker import Broker
from recon.feeds.streams import stream_named
from recon.nightly.keeping import locked
from recon.nightly.run import Tracked
from recon.settings import Settings
from recon.window import Window, as_z


def replay_streams(
    broker: Broker,
    settings: Settings,
    names: Iterable[str],
    window: Window,
    now: pendulum.DateTime,
    *,
    tracked: Tracked,
) -> list[Fetch]:
    """Archive one window of each stream. Raises UsageError for a window that is not over yet."""
    streams = [stream_named(name) for name in names]
    if window.until > now:
        raise UsageError(
            expected="a window that is over",
            seen=f"until {as_z(window.until)}",
            where="--until",
            next_step=f"end the window at {as_z(now.start_of('second'))} or before",
        )
    made = []
    with locked(settings.home):
        for stream in streams:
            with tracked(f"replay {stream.name}") as progress:
                made += replay_window(
                    broker,
                    settings.archive,
                    stream,
                    window,
                    started_at=as_z(now),
                    deadline_seconds=settings.window_deadline_seconds,
                    progress=progress,
                )
    return made
