"""The one writer's lock on RECON_HOME: who holds it may add to the archive."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pendulum

from recon.archive.archive import Archive
from recon.errors import UsageError
from recon.held import held
from recon.nightly.heads import refuse_lost_lines
from recon.nightly.room import refuse_without_room
from recon.window import as_z


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
    with held(home / "lock", "no other run on this RECON_HOME"):
        if now:
            refuse_without_room(home)
        archive = Archive(home / "archive", as_z(now) if now else "")
        if sound:
            refuse_lost_lines(home, archive)
            archive.sweep()
        yield archive
