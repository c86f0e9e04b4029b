"""How a command ends that was kept from its end: one line for people, and the exit code.

Takes what the world did (a full disk, a busy port, a signal), gives a ReconError. What is neither
the project's own error nor the world's is a fault of ours, and keeps its traceback.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from recon.errors import ExitCode, ReconError, UsageError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_ROOM_TEXTS = ("No space left", "File too large", "quota exceeded", "max_temp_directory_size")
DUCKDB_INTERRUPTED = "Query interrupted"  # a RuntimeError: what DuckDB makes of Ctrl-C


class Stopped(ReconError):
    """A signal ended the command."""

    def __init__(self, number: signal.Signals) -> None:
        self.exit_code = ExitCode(128 + number)
        super().__init__(
            expected="to run to the end",
            seen=number.name,
            where=f"process {os.getpid()}",
            next_step="run the same command again: what was not finished does not count",
        )


def foreseen(error: BaseException) -> ReconError | None:
    """The error in the project's words, or None for one that nobody foresaw."""
    if isinstance(error, ReconError):
        return error
    if isinstance(error, KeyboardInterrupt) or str(error) == DUCKDB_INTERRUPTED:
        return Stopped(signal.SIGINT)
    if isinstance(error, OSError):
        where = str(error.filename or "the operating system names no file")
        return _disk(error.errno in NO_ROOM, error.strerror or str(error), where)
    duckdb = sys.modules.get("duckdb")
    if duckdb is not None and isinstance(error, duckdb.OperationalError):
        said = " ".join(str(error).split())
        return _disk(any(text in said for text in NO_ROOM_TEXTS), said, "DuckDB")
    return None


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


@contextlib.contextmanager
def ending_told() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP end the process at once, as ever, but in one line and by the
    contract's exit code. A signal that the caller lets be ignored (nohup) stays ignored.

    A thread of its own waits for them: Python itself would first let DuckDB end its query.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came, told = os.pipe()
    os.set_blocking(told, False)
    watching = threading.Thread(target=_watch, args=(came,), daemon=True)
    watching.start()
    wakeup = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    before = {
        number: signal.signal(number, _noted)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        os.close(told)
        watching.join()
        os.close(came)


def _noted(_: int, __: FrameType | None) -> None:
    """Stands as the handler of what `_watch` acts on; a server may put its own in its place."""


def _watch(came: int) -> None:
    """End the process at the first signal that is ours to end it. Nothing is tidied up: a night may
    be killed anywhere, and the next one counts on it."""
    while numbers := os.read(came, 1):
        if signal.getsignal(numbers[0]) is _noted:
            stopped = Stopped(signal.Signals(numbers[0]))
            os.write(2, f"recon: {stopped}\n".encode())
            os._exit(stopped.exit_code)
