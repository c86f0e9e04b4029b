"""The one writer's lock on RECON_HOME: who holds it may add to the archive."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
import pendulum

from recon.archive.archive import Archive
from recon.errors import LockedError, UsageError
from recon.nightly.heads import refuse_lost_lines
from recon.nightly.room import refuse_without_room
from recon.reports.table import plain
from recon.window import as_z

COMMAND_LENGTH_MAX = 200
NAMED_SECONDS = 1


@contextlib.contextmanager
def locked(
    home: Path, now: pendulum.DateTime | None = None, *, sound: bool = True
) -> Iterator[Archive]:
    """Hold the lock, look that no log lost lines, and clear what a killed run left. Gives the
    archive as it is then; with `now`, the moment at which the run began, it may be added to, and
    has room for it. One that need not be `sound` is left as it is. Raises LockedError, LogCut,
    ReconError."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            expected="a folder that can be written to",
            seen=str(error),
            where=str(home),
            next_step="name another with RECON_HOME or --home",
        ) from error
    try:
        with filelock.FileLock(home / "lock", timeout=0), _named(home / "lock"):
            if now:
                refuse_without_room(home)
            archive = Archive(home / "archive", as_z(now) if now else "")
            if sound:
                refuse_lost_lines(home, archive)
                archive.sweep()
            yield archive
    except filelock.Timeout as error:
        raise LockedError(
            expected="no other run on this RECON_HOME",
            seen=_holder(home / "lock"),
            where=str(home / "lock"),
            next_step="wait for it to end; the lock is freed even if it is killed",
        ) from error


@contextlib.contextmanager
def _named(lock: Path) -> Iterator[None]:
    """Within, the file says who holds it; a disk that is too full for that is told of later."""
    words = plain(shlex.join(sys.argv[1:]))[:COMMAND_LENGTH_MAX]
    with contextlib.suppress(OSError):
        lock.write_text(f"process {os.getpid()} on {platform.node()}: recon {words}", "utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.write_text("")


def _holder(lock: Path) -> str:
    """Who holds it, and since when. Who has only just taken it gets a moment to write it down."""
    until = time.monotonic() + NAMED_SECONDS
    while not (said := plain(lock.read_text("utf-8", "replace"))) and time.monotonic() < until:
        time.sleep(NAMED_SECONDS / 20)
    since = as_z(pendulum.from_timestamp(lock.stat().st_mtime))
    return f"{said or 'a run that holds the lock'}, since {since}"
