"""What a run keeps in RECON_HOME beside the archive: the one writer's lock, a record per night."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import filelock

from recon.archive.manifest import read_manifest, sweep
from recon.errors import LockedError, ReconError, UsageError
from recon.nightly.evaluate import Outcome


@contextlib.contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the one writer's lock, and clear what a killed run left. Raises LockedError."""
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
    """The recorded outcome of a night. Its reports are where this home is now."""
    try:
        values = json.loads(path.read_bytes())
        values["system_date"] = date.fromisoformat(values["system_date"])
        values["reports"] = str(path.parents[1] / "reports" / path.stem)
        return Outcome(**values)
    except (ValueError, TypeError, KeyError) as error:
        raise ReconError(
            expected="the record of a night",
            seen=str(error),
            where=str(path),
            next_step="remove the file and run the night again",
        ) from error
