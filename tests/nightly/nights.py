"""Runs nights in this process against the sandbox broker, over real sockets."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pendulum

from recon.feeds.broker import Broker, Patience
from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.faults.catalog import plant
from recon.sandbox.faults.edit import Planted
from recon.sandbox.wire.server import Sandbox
from recon.settings import DEFAULTS, Settings, read_settings

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 6, day) for day in (15, 16, 17, 18))
NOW = pendulum.datetime(2026, 6, 30)
SHORT = Patience(tries=2, first_wait_seconds=0.01, wait_seconds_max=0.05, read_timeout_seconds=2)


@functools.cache
def right_books() -> Books:
    """Books without a fault."""
    return make_books(1)


@dataclass(frozen=True)
class Home:
    """A RECON_HOME that nights ran in, the outcome of each, and where the faults are."""

    path: Path
    outcomes: Sequence[Outcome]
    planted: Sequence[Planted]


def settings_of(home: Path, url: str, **options: str) -> Settings:
    """Settings as a command would have them."""
    return read_settings({"home": str(home), "broker_url": url, **options}, {}, None)


def broker_of(sandbox: Sandbox) -> Broker:
    """A broker of short patience."""
    return Broker(sandbox.url, sandbox.key, sandbox.secret, SHORT)


def run_night(
    sandbox: Sandbox,
    home: Path,
    system_date: date,
    *,
    now: pendulum.DateTime = NOW,
    wait_seconds: float = 0,
    again: bool = False,
    streams: str = DEFAULTS["streams"],
) -> Outcome:
    """One night, as `recon run` does it."""
    with broker_of(sandbox) as broker:
        return run_date(
            broker,
            settings_of(home, sandbox.url, streams=streams),
            system_date,
            now,
            wait_seconds=wait_seconds,
            again=again,
            progress=SILENT,
        )


def run_nights(home: Path, faults: Sequence[str], nights: Sequence[date]) -> Home:
    """Several nights on books with those faults; the broker shows each date in its turn."""
    books, planted = plant(right_books(), faults)
    outcomes = []
    with Sandbox(books, as_of=nights[0]) as sandbox:
        for system_date in nights:
            sandbox.advance_to(system_date)
            outcomes.append(run_night(sandbox, home, system_date))
    return Home(home, outcomes, planted)
