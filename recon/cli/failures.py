"""How a command ends that was kept from its end: one line for people, and the exit code.

Takes what the world did (a full disk, a busy port), gives a ReconError. What is neither the
project's own error nor the world's is a fault of ours: its traceback is kept in a file.
"""

from __future__ import annotations

import contextlib
import errno
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

from recon.errors import ReconError, UsageError
from recon.reports.table import plain

LAST_FAILURE = "last-failure.txt"
SAID_MAX = 200
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_ROOM_TEXTS = ("No space left", "File too large", "quota exceeded", "max_temp_directory_size")


def foreseen(error: BaseException) -> ReconError | None:
    """The error in the project's words, or None for one that nobody foresaw."""
    if isinstance(error, ReconError):
        return error
    said = " ".join(str(error).split())
    is_full = any(text in said for text in NO_ROOM_TEXTS)
    if isinstance(error, OSError):
        where = str(error.filename or "the operating system names no file")
        return _disk(is_full or error.errno in NO_ROOM, error.strerror or said, where)
    duckdb = sys.modules.get("duckdb")
    if duckdb is None or not isinstance(error, duckdb.Error):
        return None
    of_the_machine = is_full or isinstance(error, duckdb.OperationalError)
    return _disk(is_full, said, "DuckDB") if of_the_machine else None


def unforeseen(error: Exception, home: Path | None, command: str, at: str) -> ReconError:
    """Keep the traceback in the home, or where there is none among the temporary files, and give
    the line that says where. The home keeps the last one only."""
    text = f"{at} {command}\n{''.join(traceback.format_exception(error))}"
    try:
        if home is None or not home.is_dir():
            raise FileNotFoundError
        kept = home / LAST_FAILURE
        kept.write_text(text, "utf-8", "backslashreplace")
    except OSError:
        kept = Path(tempfile.mkdtemp(prefix="recon-")) / LAST_FAILURE
        kept.write_text(text, "utf-8", "backslashreplace")
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"{type(error).__name__}: {error}".split())[:SAID_MAX]
    return ReconError(
        expected="no failure of the program itself",
        seen=plain(said),
        where=f"{Path(place.filename).name}, line {place.lineno}",
        next_step=f"run the same again once; if it fails again, report {kept}",
    )


def _disk(is_full: bool, seen: str, where: str) -> ReconError:
    return ReconError(
        expected="room on the disk" if is_full else "files that can be read and written",
        seen=seen,
        where=where,
        next_step=f"{'make room' if is_full else 'mend it'}, then run the same again: what was not"
        " finished does not count",
    )


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[None]:
    """Around the opening of a listening socket. Raises UsageError where the address is not free."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            expected="an address that is free to listen on",
            seen=error.strerror or str(error),
            where=f"{host}, port {port}",
            next_step="choose another with --port; 0 takes any that is free",
        ) from error
