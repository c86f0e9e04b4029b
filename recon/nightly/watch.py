"""Stays on: each date is run once, as the broker declares it ready.

While it waits it holds no lock and writes nothing; a night reads the signals again for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date

import pendulum

from recon.archive.archive import Archive
from recon.errors import BrokerUnreachable
from recon.feeds.broker import Broker
from recon.feeds.streams import SYSTEM
from recon.nightly.night_record import Outcome
from recon.nightly.progress import Progress
from recon.nightly.ready import archived_signals, signals_of
from recon.nightly.run import run_date, unrecorded
from recon.nightly.trigger import one_of_each, ready_dates
from recon.settings import Settings
from recon.window import Window

FOLLOW_SECONDS = 3600
PAUSE_SECONDS = 60


def watch_nights(
    broker: Broker,
    settings: Settings,
    clock: Callable[[], pendulum.DateTime],
    nights: int | None,
    *,
    progress: Progress,
) -> Iterator[Outcome]:
    """Outcomes as they come, for ever or for so many nights.

    The newest date is tried again after a pause while its input is incomplete; an older one is
    not, since its statements cannot be had any more.
    """
    done = 0
    given_up: set[date] = set()
    while nights is None or done < nights:
        days = _wait_for_dates(broker, settings, clock(), given_up, progress)
        for day in days[: None if nights is None else nights - done]:
            outcome = run_date(
                broker,
                settings,
                day,
                clock(),
                wait_seconds=0,
                again=False,
                progress=progress,
            )
            done += 1
            yield outcome
            if outcome.result == "incomplete" and day != days[-1]:
                given_up.add(day)
            elif outcome.result == "incomplete":
                time.sleep(PAUSE_SECONDS)


def _wait_for_dates(
    broker: Broker,
    settings: Settings,
    now: pendulum.DateTime,
    given_up: set[date],
    progress: Progress,
) -> list[date]:
    """Dates that are ready and have no record, oldest first; none if the stream ended before."""
    seen = one_of_each(archived_signals(Archive(settings.archive)))
    window = Window(
        now.subtract(days=settings.lookback_days).start_of("day"),
        now.add(seconds=FOLLOW_SECONDS).start_of("second"),
    )

    def take(texts: list[str]) -> None:
        seen.update(one_of_each(signals_of(texts, window.until)))

    def fresh() -> list[date]:
        days = ready_dates(seen.values())
        return [day for day in unrecorded(settings, days) if day not in given_up]

    if fresh():
        return fresh()
    try:
        end = broker.follow(
            SYSTEM, window, take, stop=lambda: bool(fresh()), deadline_seconds=FOLLOW_SECONDS
        )
        progress.note("signals read", ended=end.ended)
    except BrokerUnreachable as error:
        progress.note("broker unreachable", why=str(error))
    if not fresh():
        time.sleep(PAUSE_SECONDS)
    return fresh()
