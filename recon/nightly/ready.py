"""Waits until the broker says on its system stream that it is ready with a date."""

from __future__ import annotations

import time
from datetime import date

import pendulum

from recon.archive.archive import Archive
from recon.archive.columns import read_row
from recon.archive.intake import Intake
from recon.archive.manifest import read_from_broker
from recon.archive.replay import replay_window
from recon.errors import NotReadyError, UsageError
from recon.feeds.streams import SYSTEM
from recon.nightly.reader import Reader
from recon.nightly.trigger import SystemEvent, missing, ready_at
from recon.window import Window, day_start

PAUSE_SECONDS = 30


class Wait:
    """How long a run may wait for the broker, from when this is made; 0 is not at all."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = time.monotonic()

    @property
    def remaining(self) -> float:
        """The seconds that are left; none or fewer where the wait is over."""
        return self.seconds - (time.monotonic() - self._begun)


def archived_signals(archive: Archive) -> list[SystemEvent]:
    """Every readable event of the system stream that the broker itself said. One that came in a
    file is a record: it starts no night and bounds none."""
    said = read_from_broker(archive.of(SYSTEM))
    columns = ["type", "system_date", "event_at", "malformed"]
    return [
        SystemEvent(row["type"], row["system_date"], pendulum.instance(row["event_at"]))
        for row in archive.rows(SYSTEM, columns, said)
        if row["malformed"] is None
    ]


def archived_ready(archive: Archive, system_date: date) -> pendulum.DateTime:
    """When the broker was ready with a date whose two signals are archived. Raises UsageError for
    another date."""
    signals = archived_signals(archive)
    if missing(signals, system_date):
        raise UsageError(
            expected="a date whose two ready signals are archived",
            seen=str(system_date),
            where=str(archive.folder),
            next_step=f"run `recon run --date {system_date}` first",
        )
    return ready_at(signals, system_date)


def wait_until_ready(reader: Reader, system_date: date, wait: Wait) -> pendulum.DateTime:
    """Read the system stream until both signals of that date are archived; gives when the broker
    was ready.

    Without a wait what the broker has said until now counts; with one the stream is followed until
    the wait is over. Raises NotReadyError.
    """
    since, signals = day_start(system_date), archived_signals(reader.archive)
    if missing(signals, system_date) and not wait.seconds and reader.now > since:
        replay_window(reader.broker, reader.archive, SYSTEM, Window(since, reader.now))
        signals = archived_signals(reader.archive)
    window_until = reader.now.add(seconds=int(wait.seconds) + 1)
    while absent := missing(signals, system_date):
        if wait.remaining <= 0:
            raise _not_ready(absent, system_date, wait.seconds)
        _follow(reader, Window(min(since, reader.now), window_until), system_date, wait)
        signals = archived_signals(reader.archive)
        if missing(signals, system_date):
            time.sleep(max(0, min(PAUSE_SECONDS, wait.remaining)))  # the stream ended by itself
    return ready_at(signals, system_date)


def _follow(reader: Reader, window: Window, system_date: date, wait: Wait) -> None:
    """Stay on the system stream until both signals came, it ends, or the wait is over."""
    intake = Intake(reader.archive, SYSTEM, window)
    seen: set[str] = set()

    def take(texts: list[str]) -> None:
        intake.take(texts)
        for text in texts:
            values = read_row(SYSTEM, text).values
            if system_date in values:
                seen.update(value for value in values if isinstance(value, str))

    def stop() -> bool:
        events = [SystemEvent(kind, system_date, reader.now) for kind in seen]
        return not missing(events, system_date)

    end = reader.broker.follow(SYSTEM, window, take, stop=stop, deadline_seconds=wait.remaining)
    intake.record(end)


def _not_ready(absent: frozenset[str], system_date: date, wait_seconds: float) -> NotReadyError:
    return NotReadyError(
        expected=f"eod_balances_ready and eod_positions_ready of {system_date}",
        seen="no " + " and no ".join(sorted(absent)),
        where="the broker's system stream",
        next_step="run the same command again later, or give a longer --wait"
        if wait_seconds
        else "run the same command again later, or wait for it with --wait 4h",
    )
