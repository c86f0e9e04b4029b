"""Everything a night asks of the broker, into the archive: signals, streams, statements."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pendulum

from recon.archive.columns import read_row
from recon.archive.coverage import is_covered
from recon.archive.intake import Intake
from recon.archive.manifest import Fetch, read_from_broker, read_manifest
from recon.archive.read import archived
from recon.archive.replay import replay_window, why_unproven
from recon.archive.statements import archive_aggregate, archive_cash, archive_positions
from recon.errors import BrokerError, IncompleteError, NotReadyError
from recon.feeds.broker import Broker
from recon.feeds.cursor import Cursor
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import SYSTEM, Stream, stream_named
from recon.nightly.late_records import last_ready, read_published
from recon.nightly.required_inputs import BOOKED, to_read
from recon.nightly.trigger import SystemEvent, missing
from recon.settings import Settings
from recon.window import Window, as_z, day_start

Note = Callable[..., None]
Tracked = Callable[[str], contextlib.AbstractContextManager[Callable[[int], None]]]
PAUSE_SECONDS = 30
NOT_GIVEN = (403, 404, 410)  # not every key may read every stream


def archived_signals(archive: Path) -> list[SystemEvent]:
    """Every readable event of the system stream that the broker itself said. One that came in a
    file is a record: it starts no night and bounds none."""
    columns = ["type", "system_date", "event_at", "malformed"]
    return [
        SystemEvent(row["type"], row["system_date"], pendulum.instance(row["event_at"]))
        for row in archived(archive, read_from_broker(read_manifest(archive)), SYSTEM.name, columns)
        if row["malformed"] is None
    ]


def wait_until_ready(
    broker: Broker,
    settings: Settings,
    system_date: date,
    now: pendulum.DateTime,
    wait_seconds: float,
    remaining: Callable[[], float],
) -> list[SystemEvent]:
    """Read the system stream until both signals of that date are archived.

    Without a wait what the broker has said until `now` counts; with one the stream is followed
    until `remaining()` seconds are used up. Raises NotReadyError.
    """
    since = day_start(system_date)
    while True:
        events = archived_signals(settings.archive)
        if not missing(events, system_date):
            return events
        if now > since and not wait_seconds:
            replay_window(
                broker,
                settings.archive,
                SYSTEM,
                Window(since, now),
                started_at=as_z(now),
                deadline_seconds=settings.window_deadline_seconds,
            )
            events = archived_signals(settings.archive)
            if not missing(events, system_date):
                return events
        if remaining() <= 0:
            raise _not_ready(missing(events, system_date), system_date, wait_seconds)
        until = now.add(seconds=int(wait_seconds) + 1)
        _follow(broker, settings, Window(min(since, now), until), system_date, now, remaining())
        if missing(archived_signals(settings.archive), system_date):
            time.sleep(max(0, min(PAUSE_SECONDS, remaining())))  # the stream ended by itself


def _follow(
    broker: Broker,
    settings: Settings,
    window: Window,
    system_date: date,
    now: pendulum.DateTime,
    deadline_seconds: float,
) -> None:
    """Stay on the system stream until both signals came, it ends, or the time is over."""
    intake = Intake(settings.archive, SYSTEM, window)
    seen: set[str] = set()

    def take(texts: list[str]) -> None:
        intake.take(texts)
        for text in texts:
            values = read_row(SYSTEM, text).values
            if system_date in values:
                seen.update(value for value in values if isinstance(value, str))

    def stop() -> bool:
        return not missing([SystemEvent(kind, system_date, now) for kind in seen], system_date)

    end = broker.follow(SYSTEM, window, take, stop=stop, deadline_seconds=deadline_seconds)
    intake.record(end, as_z(now))


def collect(
    broker: Broker,
    settings: Settings,
    system_date: date,
    ready: pendulum.DateTime,
    now: pendulum.DateTime,
    note: Note,
    tracked: Tracked,
) -> list[str]:
    """Replay the streams of the night up to `ready`, also by publication since the last night, and
    archive the statements of the day. Gives why a statement could not be read, if one could not."""
    since = last_ready(settings, archived_signals(settings.archive), system_date)
    for name in settings.streams:
        stream = stream_named(name)
        try:
            _replay(broker, settings, stream, system_date, ready, now, note, tracked)
            _follow_published(broker, settings, stream, since, ready, now, note)
        except AnswerRefused as refusal:
            if name in BOOKED or refusal.status not in NOT_GIVEN:
                raise
            note("stream not given", stream=name, why=str(refusal))
    _follow_published(broker, settings, SYSTEM, since, ready, now, note)
    unread: list[str] = []
    try:
        archive_positions(broker, settings.archive, system_date, started_at=as_z(now))
        with tracked("cash statements") as progress:
            asked = archive_cash(
                broker,
                settings.archive,
                system_date,
                at_once=settings.calls_at_once,
                started_at=as_z(now),
                progress=progress,
            )
        note("balances asked", answers=asked.counts)
    except IncompleteError as error:
        note("statement not complete", why=str(error))
        unread.append(f"{error.where}: {error.seen}, {error.next_step}")
    _collect_aggregate(broker, settings, system_date, now, note)
    return unread


def _replay(
    broker: Broker,
    settings: Settings,
    stream: Stream,
    system_date: date,
    ready: pendulum.DateTime,
    now: pendulum.DateTime,
    note: Note,
    tracked: Tracked,
) -> None:
    """The window of one stream."""
    fetches = read_manifest(settings.archive)
    window = to_read(fetches, stream.name, system_date, ready, settings.lookback_days)
    made = replay_tracked(broker, settings, stream, window, now, tracked)
    for fetch in made:
        read = f"{fetch.since} .. {fetch.until}"
        note("replayed", stream=stream.name, window=read, ended=fetch.ended, new=fetch.new)
    if not is_covered(made, stream.name, window):
        note("not proven", stream=stream.name, window=str(window), why=why_unproven(made))


def replay_tracked(
    broker: Broker,
    settings: Settings,
    stream: Stream,
    window: Window | Cursor,
    now: pendulum.DateTime,
    tracked: Tracked,
) -> list[Fetch]:
    """Read a window of a stream, or between two ids, into the archive, with its progress shown.
    Gives the manifest lines; the last may be unproven. Raises BrokerError."""
    with tracked(f"replay {stream.name}") as progress:
        return replay_window(
            broker,
            settings.archive,
            stream,
            window,
            started_at=as_z(now),
            deadline_seconds=settings.window_deadline_seconds,
            progress=progress,
        )


def _follow_published(
    broker: Broker,
    settings: Settings,
    stream: Stream,
    since: pendulum.DateTime | None,
    ready: pendulum.DateTime,
    now: pendulum.DateTime,
    note: Note,
) -> None:
    """What a stream published since the last night; before the first one there is none."""
    if since is not None and since < ready:
        read_published(broker, settings, stream, since, ready, now, note)


def _collect_aggregate(
    broker: Broker,
    settings: Settings,
    system_date: date,
    now: pendulum.DateTime,
    note: Note,
) -> None:
    """The broker's totals per security, where it gives them: not every key may read them, and a
    night is certified without. Their rule then says that it evaluated nothing."""
    try:
        archive_aggregate(broker, settings.archive, system_date, started_at=as_z(now))
    except (BrokerError, IncompleteError) as error:
        note("stock record not read", why=str(error))


def _not_ready(absent: frozenset[str], system_date: date, wait_seconds: float) -> NotReadyError:
    return NotReadyError(
        expected=f"eod_balances_ready and eod_positions_ready of {system_date}",
        seen="no " + " and no ".join(sorted(absent)),
        where="the broker's system stream",
        next_step="run the same command again later, or give a longer --wait"
        if wait_seconds
        else "run the same command again later, or wait for it with --wait 4h",
    )
