"""Looks at everything a night needs, and says of each whether it is well.

A finding is the exit code of what is wrong, CLEAN for what was looked at and is well, and None for
what there is nothing to say of yet: only what is true gets a tick.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pendulum

from recon.archive.archive import Archive
from recon.archive.coverage import covered_until
from recon.archive.forms import form_of
from recon.archive.inbox import waiting
from recon.archive.quarantine import FOLDER, set_aside_files
from recon.archive.required_inputs import check_streams
from recon.cli.modes import MASKS
from recon.cli.trust import check_host
from recon.errors import ExitCode, ReconError
from recon.feeds.broker import Broker, Patience
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import BOOKED, SYSTEM, stream_named
from recon.nightly.heads import refuse_lost_lines
from recon.nightly.room import bytes_needed
from recon.nightly.standing import NothingChecked, read_standing
from recon.rules.catalog import find_rules
from recon.settings import Settings
from recon.window import Window, as_z

FREE_BYTES_MIN = 1 << 30
Finding = tuple[ExitCode | None, str]
QUICK = Patience(tries=1, read_timeout_seconds=10.0, connect_timeout_seconds=5.0)


def examine(settings: Settings, now: pendulum.DateTime, *, named: bool) -> Iterator[Finding]:
    """(finding, one line) for each thing looked at; how the last night ended comes last. `named`
    says whether the user named the settings file."""
    yield _home(settings.home.resolve())
    yield from _modes(settings.home, settings.readers)
    yield ExitCode.CLEAN, f"{len(find_rules())} rules"
    archive = Archive(settings.archive)
    yield from _archive(archive, settings)
    yield from _broker(archive, settings, now, named=named)
    yield _last_night(settings.home)


def _home(home: Path) -> Finding:
    """Whether RECON_HOME, or the folder that it will be made in, can be written to and has room."""
    there = next(path for path in (home, *home.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        return ExitCode.USAGE, f"{there}: no folder that can be written to; name another by --home"
    free = shutil.disk_usage(there).free
    needed = max(FREE_BYTES_MIN, bytes_needed(home))
    if free < needed:
        wanted = f"make room for {needed >> 20:,} MiB, or name another by --home"
        return ExitCode.USAGE, f"{home}: only {free >> 20:,} MiB free; {wanted}"
    return ExitCode.CLEAN, f"{home}: {free >> 20:,} MiB free"


def _modes(home: Path, readers: str) -> Iterator[Finding]:
    """Whether others may read what is there: a home of an older release is closed at its top, and
    what lies below keeps its mode."""
    if not home.is_dir():
        return
    mask = MASKS[readers]
    opened = [path for path in (home, *home.rglob("*")) if path.lstat().st_mode & mask]
    opened = [path for path in opened if not path.is_symlink()]
    if opened:
        wanted = f"chmod -R {'go=' if readers == 'owner' else 'g-w,o='} {home}"
        yield None, f"{len(opened)} modes let others in, the first of {opened[0]}: {wanted}"
    else:
        yield ExitCode.CLEAN, f"{home}: closed to everybody but its {readers}"


def _archive(archive: Archive, settings: Settings) -> Iterator[Finding]:
    try:
        check_streams(settings.streams)
        fetches = archive.fetches
        refuse_lost_lines(settings.home, archive)
    except ReconError as error:
        yield error.exit_code, str(error)
        return
    if not fetches:
        yield None, "archive: nothing was read yet"
        return
    yield ExitCode.CLEAN, f"manifest: {len(fetches)} fetches"
    if bodies := waiting(archive.folder):
        yield None, f"inbox: {len(bodies)} delivered bodies wait for the next night"
    if aside := set_aside_files(archive.folder):
        where = archive.folder / FOLDER
        yield None, f"{where}: {len(aside)} files set aside; `recon verify` says what they are"
    for stream in settings.streams:
        until = covered_until(fetches, stream)
        if until is None:
            yield None, f"{stream}: nothing proven yet"
        else:
            yield ExitCode.CLEAN, f"{stream}: proven complete until {as_z(until)}"


def _broker(
    archive: Archive, settings: Settings, now: pendulum.DateTime, *, named: bool
) -> Iterator[Finding]:
    credentials = settings.credentials
    if credentials is None:
        wanted = "set RECON_BROKER_KEY and RECON_BROKER_SECRET"
        yield ExitCode.USAGE, f"no broker credentials: {wanted}"
        return
    window = Window(now.subtract(minutes=1), now)
    try:
        check_host(settings, credentials, named=named)
        with Broker(
            settings.broker_url, credentials.key, credentials.secret, QUICK, settings.ca_file
        ) as broker:
            end = broker.read_window(SYSTEM, window, lambda texts: None, deadline_seconds=10.0)
            yield ExitCode.CLEAN, f"credentials from {credentials.source}"
            said = f"{settings.host}: system stream ended {end.ended}"
            yield ExitCode.CLEAN if end.ended == "complete" else ExitCode.BROKER, said
            yield from _windows(broker, archive, settings, now)
    except ReconError as error:
        yield None, f"credentials from {credentials.source}: not proven"
        yield error.exit_code, str(error)


def _windows(
    broker: Broker, archive: Archive, settings: Settings, now: pendulum.DateTime
) -> Iterator[Finding]:
    """How the broker takes the windows of the streams whose documents disagree about them."""
    for stream in (stream_named(name) for name in settings.streams):
        if not stream.dated:
            continue
        try:
            good, form = form_of(broker, archive, stream, now)
        except ReconError as error:
            may_lack = isinstance(error, AnswerRefused) and stream not in BOOKED
            yield None if may_lack else error.exit_code, f"windows of {stream.name}: {error}"
            continue
        code = ExitCode.CLEAN if good else ExitCode.BROKER
        yield code, f"windows of {stream.name}: the broker {form}"


def _last_night(home: Path) -> Finding:
    """How the last night ended. Open breaks are a result, not an error, and get no tick either."""
    try:
        standing = read_standing(home)
    except NothingChecked as error:
        said = f"last night: {error.seen} ({error.where})"
        return ExitCode.INCOMPLETE if error.evaluated else None, said
    except ReconError as error:
        return error.exit_code, str(error)
    if standing.incomplete is not None:
        return ExitCode.INCOMPLETE, f"last night: {standing.line}"
    return None if standing.open else ExitCode.CLEAN, f"last night: {standing.line}"
