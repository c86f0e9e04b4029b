"""One night: wait for the broker, read, evaluate, record. Reads like the mission.

A night that ran to its end is recorded and answers from its record; one that did not leaves
none, so that the same command simply tries again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pendulum
from structlog.contextvars import bound_contextvars

from recon.archive.archive import Archive
from recon.archive.required_inputs import check_streams
from recon.errors import ExitCode, IncompleteError, UsageError
from recon.feeds.broker import Broker
from recon.nightly.build import WAREHOUSE, build, choose_start, fresh_warehouse, swap_in
from recon.nightly.evaluate import evaluate
from recon.nightly.fetch import collect
from recon.nightly.inputs import read_inputs
from recon.nightly.lock import locked
from recon.nightly.night_record import Outcome, keep_record, read_record, record_of
from recon.nightly.progress import Progress
from recon.nightly.reader import Reader
from recon.nightly.ready import Wait, archived_ready, wait_until_ready
from recon.nightly.run_index import as_it_ran, find_run, read_runs
from recon.nightly.stale import why_stale
from recon.settings import Settings
from recon.window import as_z

OTHER_SETTINGS = "other-settings"  # the folder below `reports` of what is evaluated under them
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
    progress: Progress,
) -> Outcome:
    """Run one night. A recorded night answers at once unless `again`. Raises ReconError."""
    record = record_of(settings.home, system_date)
    if record.exists() and not again and (known := _from_record(settings, record, progress)):
        return known
    wait = Wait(wait_seconds)
    check_streams(settings.streams)
    with locked(settings.home, now) as archive, _logged_as(settings.home, system_date):
        _refuse_before_opening(archive, system_date)
        reader = Reader(broker, archive, settings, now, progress)
        reader.bring_in()
        ready = wait_until_ready(reader, system_date, wait)
        progress.note("ready", at=as_z(ready))
        with broker.ending_within(settings.night_deadline_seconds):
            unread = collect(reader, system_date, ready)
        outcome = evaluate(settings, archive, system_date, ready)
        keep_record(settings.home, outcome)
        if outcome.result == "incomplete":
            outcome = replace(outcome, unproven=[*outcome.unproven, *unread])
        progress.note("evaluated", result=outcome.result, breaks=outcome.breaks)
    return outcome


def _from_record(settings: Settings, record: Path, progress: Progress) -> Outcome | None:
    """What a recorded night says; where its record no longer says what the archive says, the night
    is evaluated again from the archive. None where another run has just taken the record or its
    reports away. Raises ReconError where the archive lost what it had."""
    try:
        outcome = read_record(record)
        why = why_stale(settings.home, record, outcome)
    except FileNotFoundError:
        return None
    if not why:
        return outcome
    progress.note("the record is stale: evaluated again from the archive", why=why)
    return check_date(replace(settings, given=frozenset()), outcome.system_date)


def _logged_as(home: Path, system_date: date) -> contextlib.AbstractContextManager[None]:
    """Within, each line of the log names the date and the number that the run will have."""
    return bound_contextvars(run=len(read_runs(home)) + 1, system_date=str(system_date))


def lacking(outcome: Outcome) -> IncompleteError:
    """Why a night is not certified, and what to do."""
    return IncompleteError(
        expected=f"proof that the input of {outcome.system_date} is complete",
        seen="; ".join(outcome.unproven) or "none",
        where=f"{outcome.reports}/certificate.json",
        next_step=f"`recon run --date {outcome.system_date}` asks again for what is not proven",
    )


def check_date(settings: Settings, system_date: date, known_at: int | None = None) -> Outcome:
    """Evaluate a night from what is archived, asking the broker nothing, with the settings that it
    ran with. Where other ones are given the reports go to a folder of their own, and what is
    published stays as it is.

    With `known_at` the inputs are those of that earlier run. Raises UsageError for a date that is
    not archived, or a run that there is not.
    """
    if known_at is not None:
        earlier = find_run(settings.home, known_at, str(system_date))
        with locked(settings.home) as archive:
            ready = archived_ready(archive, system_date)
            aside = f"as-known/{known_at}"
            return evaluate(settings, archive, system_date, ready, earlier, aside)
    settings, others = as_it_ran(settings, system_date)
    check_streams(settings.streams)
    with locked(settings.home) as archive:
        ready, aside = archived_ready(archive, system_date), OTHER_SETTINGS if others else ""
        was_recorded = not others and record_of(settings.home, system_date).exists()
        outcome = evaluate(settings, archive, system_date, ready, aside=aside)
        if was_recorded:
            keep_record(settings.home, outcome)  # it says what the published reports say
    return replace(outcome, other_settings=others)


def rebuild_date(settings: Settings, system_date: date) -> Path:
    """Make the warehouse of a night again from the archive alone; gives the file.

    Where the readers' warehouse is of a later night or of more complete input, or other settings
    are given than the date ran with, it is a file of its own beside it. It certifies nothing, so
    that an archive without the other logs of its home will do.
    """
    settings, others = as_it_ran(settings, system_date)
    check_streams(settings.streams)
    home = settings.home
    with locked(home, sound=False) as archive:
        inputs = read_inputs(settings, archive, system_date, archived_ready(archive, system_date))
        fresh = fresh_warehouse(home)
        build(inputs, choose_start(inputs), fresh)
        run = replace(inputs.run, result="" if inputs.complete else "incomplete")
        if not others and swap_in(home, fresh, run):
            return home / WAREHOUSE
        return fresh.replace(home / f"warehouse-{system_date}.duckdb")


def unrecorded(settings: Settings, days: Iterable[date]) -> list[date]:
    """Those of the days that lie after the opening of the books and have no record yet."""
    missing = [day for day in days if not record_of(settings.home, day).exists()]
    if not missing:
        return []
    opened = Archive(settings.archive).opening_date or date.min
    return [day for day in missing if day > opened]


def _refuse_before_opening(archive: Archive, system_date: date) -> None:
    opened = archive.opening_date
    if opened is not None and system_date <= opened:
        raise UsageError(
            expected=f"a date after the opening of the books, {opened}",
            seen=str(system_date),
            where="--date",
            next_step="choose a later date, or another RECON_HOME",
        )
