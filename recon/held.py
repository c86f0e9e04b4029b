"""Locks that say who holds them: of a whole home, and of a log that a person may write to."""

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

from recon.errors import LockedError
from recon.window import as_z

COMMAND_LENGTH_MAX = 200
NAMED_SECONDS = 1


@contextlib.contextmanager
def held(lock: Path, expected: str, *, seconds_max: int = 0) -> Iterator[None]:
    """Hold a lock, or wait so long for it. Raises LockedError, which names who holds it."""
    try:
        holding = filelock.FileLock(lock).acquire(timeout=seconds_max)
    except filelock.Timeout as error:
        raise LockedError(
            expected=expected,
            seen=_holder(lock),
            where=str(lock),
            next_step="wait for it to end; the lock is freed even if it is killed",
        ) from error
    with holding, _named(lock):
        yield


@contextlib.contextmanager
def _named(lock: Path) -> Iterator[None]:
    """Within, the file says who holds it; a disk that is too full for that is told of later."""
    words = _printable(shlex.join(sys.argv[1:]))[:COMMAND_LENGTH_MAX]
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
    while not (said := _printable(lock.read_text("utf-8", "replace"))):
        if time.monotonic() > until:
            break
        time.sleep(NAMED_SECONDS / 20)
    since = as_z(pendulum.from_timestamp(lock.stat().st_mtime))
    return f"{said or 'a run that holds the lock'}, since {since}"


def _printable(text: str) -> str:
    """With letters that nobody sees, or that move a cursor, as their numbers."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)
