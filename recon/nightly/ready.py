"""Waits until the broker says on its system stream that it is ready with a date."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date

import pendulum

from recon.archive.archive import Archive
from recon.archive.columns import read_row
from recon.archive.intake import Intake
from recon.archive.manifest import read_from_broker
from recon.archive.replay import replay_window
from recon.calendar import session_end
from recon.errors import NotReadyError, UsageError
from recon.feeds.streams import SYSTEM
from recon.nightly.reader import Reader
from recon.nightly.trigger import SystemEvent, is_plausible, missing, one_of_each, ready_at
from recon.window import Window, as_z, day_start, parse_instant

PAUSE_SECONDS = 30
SIGNALS_NAMED_MAX = 4


class Wait:
    """How long a run may wait for the broker, from when this is made; 0 is not at all."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = time.monotonic()

    @property
    def remaining(self) -> float:
        """The seconds that are left; none or fewer where the wait is over."""
        return self.seconds - (time.monotonic() - self._begun)


def archived_signals(archive: Archive, of: date | None = None) -> list[SystemEvent]:
    """Every readable and plausible event of the system stream that the broker itself said, of one
    date or of all. One that came in a file is a record: it starts no night and bounds none."""
    return [event for event, until in _said(archive, of) if is_plausible(event, until)]


def _said(
    archive: Archive, of: date | None = None
) -> Iterator[tuple[SystemEvent, pendulum.DateTime]]:
    """The readable ones, plausible or not, each with the end of the window it was asked for in."""
    columns = ["type", "system_date", "event_at", "malformed"]
    for fetch in read_from_broker(archive.of(SYSTEM)):
        read = fetch.within(str(of), str(of)) if of else fetch
        for row in archive.rows(SYSTEM, columns, [read]):
            if row["malformed"] is None and of in (None, row["system_date"]):
                at = pendulum.instance(row["event_at"])
                yield SystemEvent(row["type"], row["system_date"], at), parse_instant(fetch.until)


def signals_of(texts: Iterable[str], asked_until: pendulum.DateTime) -> Iterator[SystemEvent]:
    """The readable and plausible ones of messages as they come."""
    for text in texts:
        row = read_row(SYSTEM, text)
        if row.malformed is None and row.event_at is not None:
            values = dict(zip((c.name for c in SYSTEM.columns), row.values, strict=True))
            at = pendulum.from_timestamp(row.event_at // 1_000_000_000)
            event = SystemEvent(values["type"], values["system_date"], at)
            if is_plausible(event, asked_until):
                yield event


def archived_ready(archive: Archive, system_date: date) -> pendulum.DateTime:
    """When the broker was ready with a date whose two signals are archived. Raises UsageError for
    another date."""
    signals = archived_signals(archive, system_date)
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
    since, signals = day_start(system_date), archived_signals(reader.archive, system_date)
    if missing(signals, system_date) and not wait.seconds and reader.now > since:
        replay_window(reader.broker, reader.archive, SYSTEM, Window(since, reader.now))
        signals = archived_signals(reader.archive, system_date)
    window_until = reader.now.add(seconds=int(wait.seconds) + 1)
    while absent := missing(signals, system_date):
        if wait.remaining <= 0:
            raise _not_ready(reader.archive, absent, system_date, wait.seconds)
        _follow(reader, Window(min(since, reader.now), window_until), system_date, wait)
        signals = archived_signals(reader.archive, system_date)
        if missing(signals, system_date):
            time.sleep(max(0, min(PAUSE_SECONDS, wait.remaining)))  # the stream ended by itself
    return ready_at(signals, system_date)


def _follow(reader: Reader, window: Window, system_date: date, wait: Wait) -> None:
    """Stay on the system stream until both signals came, it ends, or the wait is over."""
    intake = Intake(reader.archive, SYSTEM, window)
    seen: dict[tuple[str, date], SystemEvent] = {}

    def take(texts: list[str]) -> None:
        intake.take(texts)
        seen.update(one_of_each(signals_of(texts, window.until)))

    def stop() -> bool:
        return not missing(seen.values(), system_date)

    end = reader.broker.follow(SYSTEM, window, take, stop=stop, deadline_seconds=wait.remaining)
    intake.record(end)


def _not_ready(
    archive: Archive, absent: frozenset[str], system_date: date, wait_seconds: float
) -> NotReadyError:
    odd = [
        f"{event.type} at {as_z(event.event_at)}, which is not from"
        f" {as_z(session_end(system_date))} to {as_z(until)}"
        for event, until in _said(archive, system_date)
        if event.type in absent and not is_plausible(event, until)
    ]
    return NotReadyError(
        expected=f"eod_balances_ready and eod_positions_ready of {system_date}",
        seen="no " + " and no ".join(sorted(absent))
        + (f" that can be right, but {'; '.join(sorted({*odd})[:SIGNALS_NAMED_MAX])}" * bool(odd)),
        where="the broker's system stream",
        next_step="ask the broker when its statements of that date were ready; then run the same"
        " command again"
        if odd
        else "run the same command again later, or give a longer --wait"
        if wait_seconds
        else "run the same command again later, or wait for it with --wait 4h",
    )  # fmt: skip
