"""One night: wait for the broker, read, evaluate, record. Reads like the mission.

A night that ran to its end is recorded and answers from its record; one that did not leaves
none, so that the same command simply tries again.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import filelock
import pendulum

from recon.archive.manifest import OPENING, Fetch, append, opening_date, read_manifest, sweep
from recon.archive.statements import archive_cash, archive_positions
from recon.errors import ExitCode, LockedError, UsageError
from recon.feeds.broker import Broker
from recon.nightly.build import build
from recon.nightly.collect import Note, archived_signals, collect, wait_until_ready
from recon.nightly.evaluate import WAREHOUSE, Needs, Outcome, evaluate, plan
from recon.nightly.knowledge import know
from recon.nightly.needs import needs
from recon.nightly.runs import find_run
from recon.nightly.trigger import missing, ready_at, ready_dates
from recon.rules.catalog import find_rules, pack_hash
from recon.settings import Settings
from recon.window import as_z, day_start

Tracked = Callable[[str], contextlib.AbstractContextManager[Callable[[int], None]]]
EXIT_CODES = {
    "clean": ExitCode.CLEAN,
    "breaks": ExitCode.BREAKS,
    "incomplete": ExitCode.INCOMPLETE,
}


def run_date(
    broker: Broker,
    settings: Settings,
    system_date: date,
    now: pendulum.DateTime,
    *,
    wait_seconds: float,
    again: bool,
    note: Note,
    tracked: Tracked,
) -> Outcome:
    """Run one night. A recorded night answers at once unless `again`. Raises ReconError."""
    record = settings.home / "runs" / f"{system_date}.json"
    if record.exists() and not again:
        return read_record(record)
    begun = time.monotonic()
    with locked(settings.home):
        _refuse_before_opening(settings.archive, system_date)
        signals = wait_until_ready(
            broker,
            settings,
            system_date,
            now,
            wait_seconds,
            remaining=lambda: wait_seconds - (time.monotonic() - begun),
        )
        ready = ready_at(signals, system_date)
        note("ready", system_date=str(system_date), at=as_z(ready))
        collect(broker, settings, system_date, ready, now, note, tracked)
        outcome = evaluate(
            settings, system_date, lambda fetches: needs(fetches, system_date, ready)
        )
        if outcome.result != "incomplete":
            write_record(record, outcome)
    note("evaluated", system_date=str(system_date), result=outcome.result, breaks=outcome.breaks)
    return outcome


def check_date(settings: Settings, system_date: date, known_at: int | None = None) -> Outcome:
    """Evaluate a night from what is archived, asking the broker nothing and recording nothing.

    With `known_at` only what that earlier run knew counts. Raises UsageError for a date that is
    not archived, or a run that there is not.
    """
    earlier = None if known_at is None else find_run(settings.home, known_at, str(system_date))
    with locked(settings.home):
        return evaluate(settings, system_date, _archived_needs(settings, system_date), earlier)


def rebuild_date(settings: Settings, system_date: date) -> Path:
    """Make the warehouse of a night again from the archive alone; gives the file."""
    rules = find_rules()
    with locked(settings.home):
        knowledge = know(settings, system_date, pack_hash(rules), None)
        needed = _archived_needs(settings, system_date)(knowledge.fetches)
        fresh = settings.home / f".{WAREHOUSE}.new"
        build(settings.home, plan(settings.home, system_date, knowledge, needed, rules), fresh)
        return fresh.replace(settings.home / WAREHOUSE)


def _archived_needs(settings: Settings, system_date: date) -> Needs:
    signals = archived_signals(settings.archive)
    if missing(signals, system_date):
        raise UsageError(
            expected="a date whose two ready signals are archived",
            seen=str(system_date),
            where=str(settings.archive),
            next_step=f"run `recon run --date {system_date}` first",
        )
    ready = ready_at(signals, system_date)
    return lambda fetches: needs(fetches, system_date, ready)


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
                fetch=fetches[-1].fetch + 1,
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


def unrecorded_dates(settings: Settings) -> list[date]:
    """Dates that are ready by what is archived, after the opening, and have no record yet."""
    opened = opening_date(read_manifest(settings.archive)) or date.min
    return [
        day
        for day in ready_dates(archived_signals(settings.archive))
        if day > opened and not (settings.home / "runs" / f"{day}.json").exists()
    ]


@contextlib.contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the one writer's lock, and clear what a killed run left. Raises LockedError."""
    home.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(home / "lock", timeout=0):
            sweep(home / "archive", read_manifest(home / "archive"))
            yield
    except filelock.Timeout as error:
        raise LockedError(
            expected="no other run on this RECON_HOME",
            seen="a run that holds the lock",
            where=str(home / "lock"),
            next_step="wait for it to end; the lock is freed even if it is killed",
        ) from error


def write_record(path: Path, outcome: Outcome) -> None:
    """Record a finished night, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(outcome), file, indent=2, sort_keys=True, default=str)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read_record(path: Path) -> Outcome:
    """The recorded outcome of a night."""
    values = json.loads(path.read_text(encoding="utf-8"))
    values["system_date"] = date.fromisoformat(values["system_date"])
    return Outcome(**values)


def _refuse_before_opening(archive: Path, system_date: date) -> None:
    opened = opening_date(read_manifest(archive))
    if opened is not None and system_date <= opened:
        raise UsageError(
            expected=f"a date after the opening of the books, {opened}",
            seen=str(system_date),
            where="--date",
            next_step="choose a later date, or another RECON_HOME",
        )
