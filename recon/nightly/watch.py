"""Stays on: each date is run once, as the broker declares it ready."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pendulum

from recon.archive.replay import Intake
from recon.feeds.broker import Broker
from recon.feeds.streams import SYSTEM
from recon.nightly.collect import Note
from recon.nightly.evaluate import Outcome
from recon.nightly.keeping import locked
from recon.nightly.run import Tracked, run_date, unrecorded_dates
from recon.settings import Settings
from recon.window import Window, as_z

FOLLOW_SECONDS = 3600
PAUSE_SECONDS = 60


def watch_nights(
    broker: Broker,
    settings: Settings,
    clock: Callable[[], pendulum.DateTime],
    nights: int | None,
    *,
    note: Note,
    tracked: Tracked,
) -> Iterator[Outcome]:
    """Outcomes as they come, for ever or for so many nights. A date whose input was incomplete is
    tried again after a pause."""
    done = 0
    while nights is None or done < nights:
        _follow_signals(broker, settings, clock(), note)
        for day in unrecorded_dates(settings):
            outcome = run_date(
                broker,
                settings,
                day,
                clock(),
                wait_seconds=0,
                again=False,
                note=note,
                tracked=tracked,
            )
            done += 1
            yield outcome
            if nights is not None and done >= nights:
                return
            if outcome.result == "incomplete":
                time.sleep(PAUSE_SECONDS)


def _follow_signals(broker: Broker, settings: Settings, now: pendulum.DateTime, note: Note) -> None:
    """Follow the system stream, from some days back, until a date without a record is ready."""
    window = Window(
        now.subtract(days=settings.lookback_days).start_of("day"),
        now.add(seconds=FOLLOW_SECONDS).start_of("second"),
    )
    with locked(settings.home):
        if unrecorded_dates(settings):
            return
        intake = Intake(settings.archive, SYSTEM, window)
        end = broker.read_window(
            SYSTEM,
            window,
            intake.take,
            stop=lambda: intake.received > intake.duplicates,
            deadline_seconds=FOLLOW_SECONDS,
        )
        intake.record(end, as_z(now))
    note("signals read", new=intake.received - intake.duplicates, ended=end.ended)
