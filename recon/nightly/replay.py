"""Reads windows that an operator asks for, outside any night."""

from __future__ import annotations

from collections.abc import Iterable

import pendulum

from recon.archive.manifest import Fetch
from recon.errors import UsageError
from recon.feeds.broker import Broker
from recon.feeds.cursor import Cursor, cursor_of, ulid_at
from recon.feeds.streams import Stream, stream_named
from recon.nightly.lock import locked
from recon.nightly.progress import Progress
from recon.nightly.reader import Reader
from recon.settings import Settings
from recon.window import Window, as_z


def replay_streams(
    broker: Broker,
    settings: Settings,
    names: Iterable[str],
    window: Window,
    now: pendulum.DateTime,
    *,
    progress: Progress,
) -> list[Fetch]:
    """Archive one window of each stream. Raises UsageError for a window that is not over yet."""
    streams = _served(names)
    if window.until > now:
        raise UsageError(
            expected="a window that is over",
            seen=f"until {as_z(window.until)}",
            where="--until",
            next_step=f"end the window at {as_z(now.start_of('second'))} or before",
        )
    with locked(settings.home, now) as archive:
        reader = Reader(broker, archive, settings, now, progress)
        return [fetch for stream in streams for fetch in reader.replay(stream, window)]


def replay_ids(
    broker: Broker,
    settings: Settings,
    names: Iterable[str],
    ids: tuple[str, str],
    now: pendulum.DateTime,
    *,
    progress: Progress,
) -> list[tuple[Cursor, list[Fetch]]]:
    """Archive what each stream published after the first id up to the second. Raises UsageError
    for ids that a stream does not take, or that are not all published yet."""
    cursors = [(stream, cursor_of(stream, *ids)) for stream in _served(names)]
    for _, cursor in cursors:
        _refuse_unfinished(cursor, now)
    with locked(settings.home, now) as archive:
        reader = Reader(broker, archive, settings, now, progress)
        return [(cursor, reader.replay(stream, cursor)) for stream, cursor in cursors]


def _served(names: Iterable[str]) -> list[Stream]:
    """The streams of those names that a broker serves. Raises UsageError for another."""
    streams = [stream_named(name) for name in names]
    for stream in streams:
        if not stream.path:
            raise UsageError(
                expected="a stream that the broker serves",
                seen=f"{stream.name}, which is delivered",
                where="--stream",
                next_step="bring in what was delivered with `recon ingest`",
            )
    return streams


def _refuse_unfinished(cursor: Cursor, now: pendulum.DateTime) -> None:
    window = cursor.published
    if window is not None and window.until > now:
        raise UsageError(
            expected="ids of what is published",
            seen=f"{cursor.until}, of {as_z(window.until)}",
            where="--until-id",
            next_step=f"end at {ulid_at(now.subtract(seconds=1))} or before",
        )
