"""The day of going live: the broker's statement of one day opens the books."""

from __future__ import annotations

import time
from datetime import date

import pendulum

from recon.archive.manifest import OPENING, Fetch, append, next_number, opening_date, read_manifest
from recon.archive.statements import archive_cash, archive_positions
from recon.errors import UsageError
from recon.feeds.broker import Broker
from recon.nightly.collect import Tracked, wait_until_ready
from recon.nightly.keeping import locked
from recon.settings import Settings
from recon.window import as_z, day_start


def open_books(
    broker: Broker,
    settings: Settings,
    system_date: date,
    now: pendulum.DateTime,
    *,
    wait_seconds: float,
    accounts: frozenset[str],
    tracked: Tracked,
) -> int:
    """Take the statement of a date as the opening of the books; gives how many accounts it has.

    `accounts` are ids to ask for beside those that hold a position or had an event.
    """
    begun = time.monotonic()
    with locked(settings.home):
        opened = opening_date(read_manifest(settings.archive))
        if opened is not None:
            raise UsageError(
                expected="books that are not open yet",
                seen=f"the statement of {opened} opens them",
                where=str(settings.archive),
                next_step="go on with `recon run`, or begin with another RECON_HOME",
            )
        wait_until_ready(
            broker,
            settings,
            system_date,
            now,
            wait_seconds,
            remaining=lambda: wait_seconds - (time.monotonic() - begun),
        )
        archive_positions(broker, settings.archive, system_date, started_at=as_z(now))
        with tracked("cash statements") as progress:
            asked = archive_cash(
                broker,
                settings.archive,
                system_date,
                at_once=settings.calls_at_once,
                started_at=as_z(now),
                more_accounts=accounts,
                progress=progress,
            )
        fetches = read_manifest(settings.archive)
        since = as_z(day_start(system_date))
        append(
            settings.archive,
            Fetch(
                fetch=next_number(fetches),
                stream=OPENING,
                since=since,
                until=since,
                ended="complete",
                received=0,
                new=0,
                duplicates=0,
                started_at=as_z(now),
            ),
        )
        return asked
