"""One night: wait for the broker, read, evaluate, record. Reads like the mission.

A night that ran to its end is recorded and answers from its record; one that did not leaves
none, so that the same command simply tries again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pendulum
from structlog.contextvars import bound_contextvars

from recon.archive.account_map import archive_account_map
from recon.archive.fee_rates import archive_fee_rates
from recon.archive.inbox import absorb
from recon.archive.manifest import opening_date, read_manifest
from recon.errors import ExitCode, IncompleteError, UsageError
from recon.feeds.broker import Broker
from recon.nightly.build import WAREHOUSE, build, swap_in
from recon.nightly.evaluate import Needs, Outcome, evaluate, plan
from recon.nightly.fetch import Note, Tracked, archived_signals, collect, wait_until_ready
from recon.nightly.inputs import know
from recon.nightly.keeping import locked, read_record, write_record
from recon.nightly.required_inputs import check_streams, needs
from recon.nightly.run_index import as_it_ran, find_run, read_runs
from recon.nightly.trigger import missing, ready_at
from recon.rules.catalog import find_rules, pack_hash
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
    note: Note,
    tracked: Tracked,
) -> Outcome:
    """Run one night. A recorded night answers at once unless `again`. Raises ReconError."""
    record = settings.home / "runs" / f"{system_date}.json"
    if record.exists() and not again:
        return read_record(record)
    begun = time.monotonic()
    check_streams(settings.streams)
    with locked(settings.home), _logged_as(settings.home, system_date):
        _refuse_before_opening(settings.archive, system_date)
        bring_in(settings, now)
        signals = wait_until_ready(
            broker,
            settings,
            system_date,
            now,
            wait_seconds,
            remaining=lambda: wait_seconds - (time.monotonic() - begun),
        )
        ready = ready_at(signals, system_date)
        note("ready", at=as_z(ready))
        unread = collect(broker, settings, system_date, ready, now, note, tracked)
        outcome = evaluate(settings, system_date, _needs(system_date, ready))
        if outcome.result != "incomplete":
            write_record(record, outcome)
        else:
            record.unlink(missing_ok=True)  # what it says is not what the certificate says now
            outcome = replace(outcome, unproven=[*outcome.unproven, *unread])
        note("evaluated", result=outcome.result, breaks=outcome.breaks)
    return outcome


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

    With `known_at` only what that earlier run knew counts. Raises UsageError for a date that is
    not archived, or a run that there is not.
    """
    if known_at is not None:
        earlier = find_run(settings.home, known_at, str(system_date))
        with locked(settings.home):
            needed = archived_needs(settings, system_date)
            aside = f"as-known/{known_at}"
            return evaluate(settings, system_date, needed, earlier, aside)
    settings, others = as_it_ran(settings, system_date)
    check_streams(settings.streams)
    with locked(settings.home):
        needed = archived_needs(settings, system_date)
        outcome = evaluate(settings, system_date, needed, aside=OTHER_SETTINGS if others else "")
        if not others:
            _keep_record_true(settings.home, outcome)
    return replace(outcome, other_settings=others)


def _keep_record_true(home: Path, outcome: Outcome) -> None:
    """Where a night is recorded, the record says what its published reports say."""
    record = home / "runs" / f"{outcome.system_date}.json"
    if record.exists() and outcome.result != "incomplete":
        write_record(record, outcome)
    else:
        record.unlink(missing_ok=True)


def rebuild_date(settings: Settings, system_date: date) -> Path:
    """Make the warehouse of a night again from the archive alone; gives the file.

    Where the readers' warehouse is of a later night or of more complete input, or other settings
    are given than the date ran with, it is a file of its own beside it.
    """
    rules = find_rules()
    settings, others = as_it_ran(settings, system_date)
    check_streams(settings.streams)
    with locked(settings.home):
        knowledge = know(settings, system_date, pack_hash(rules), None)
        needed = archived_needs(settings, system_date)(knowledge.fetches, knowledge.run.streams)
        night = plan(system_date, knowledge, needed, rules)
        fresh = settings.home / f".{WAREHOUSE}.new"
        build(settings.home, night, fresh)
        run = replace(knowledge.run, result="" if night.complete else "incomplete")
        if not others and swap_in(settings.home, fresh, run):
            return settings.home / WAREHOUSE
        return fresh.replace(settings.home / f"warehouse-{system_date}.duckdb")


def archived_needs(settings: Settings, system_date: date) -> Needs:
    """What a night rests on whose two signals are archived. Raises UsageError for another date."""
    signals = archived_signals(settings.archive)
    if missing(signals, system_date):
        raise UsageError(
            expected="a date whose two ready signals are archived",
            seen=str(system_date),
            where=str(settings.archive),
            next_step=f"run `recon run --date {system_date}` first",
        )
    return _needs(system_date, ready_at(signals, system_date))


def _needs(system_date: date, ready: pendulum.DateTime) -> Needs:
    return lambda fetches, streams: needs(fetches, system_date, ready, streams)


def bring_in(settings: Settings, now: pendulum.DateTime) -> None:
    """Archive what lies ready: delivered webhooks, the user's files of accounts and fee rates."""
    absorb(settings.archive, as_z(now))
    if settings.accounts_file is not None:
        archive_account_map(settings.archive, settings.accounts_file, now)
    if settings.fee_rates_file is not None:
        archive_fee_rates(settings.archive, settings.fee_rates_file, now)


def unrecorded(settings: Settings, days: Iterable[date]) -> list[date]:
    """Those of the days that lie after the opening of the books and have no record yet."""
    opened = opening_date(read_manifest(settings.archive)) or date.min
    return [
        day
        for day in days
        if day > opened and not (settings.home / "runs" / f"{day}.json").exists()
    ]


def _refuse_before_opening(archive: Path, system_date: date) -> None:
    opened = opening_date(read_manifest(archive))
    if opened is not None and system_date <= opened:
        raise UsageError(
            expected=f"a date after the opening of the books, {opened}",
            seen=str(system_date),
            where="--date",
            next_step="choose a later date, or another RECON_HOME",
        )
