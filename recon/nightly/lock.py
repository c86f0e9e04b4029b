"""The one writer's lock on RECON_HOME: who holds it may add to the archive."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import filelock
import pendulum

from recon.archive.archive import Archive
from recon.errors import LockedError, UsageError
from recon.nightly.heads import refuse_lost_lines
from recon.window import as_z


@contextlib.contextmanager
def locked(
    home: Path, now: pendulum.DateTime | None = None, *, sound: bool = True
) -> Iterator[Archive]:
    """Hold the lock, look that no log lost lines, and clear what a killed run left. Gives the
    archive as it is then; with `now`, the moment at which the run began, it may be added to. One
    that need not be `sound` is left as it is. Raises LockedError, LogCut."""
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
        with filelock.FileLock(home / "lock", timeout=0):
            archive = Archive(home / "archive", as_z(now) if now else "")
            if sound:
                refuse_lost_lines(home, archive)
                archive.sweep()
            yield archive
    except filelock.Timeout as error:
        raise LockedError(
            expected="no other run on this RECON_HOME",
            seen="a run that holds the lock",
            where=str(home / "lock"),
            next_step="wait for it to end; the lock is freed even if it is killed",
        ) from error
