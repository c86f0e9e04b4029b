"""How a signal ends the process: at once, in one line, by the contract's exit code.

A thread of its own waits for it: Python itself would first let DuckDB end its query, and would
raise KeyboardInterrupt anywhere, also where nobody can catch it. Nothing is tidied up: a night may
be killed anywhere, and the next one counts on it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from types import FrameType

from recon.errors import ExitCode, ReconError

USUAL = (signal.SIG_DFL, signal.default_int_handler)
END_SECONDS_MAX = 5
TERMINAL_AS_BEFORE = b"\r\x1b[K\x1b[?25h"  # without the progress line, with a cursor


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


def end_by_signals() -> None:
    """From here on SIGTERM, SIGINT and SIGHUP end the process. One that the caller lets be ignored
    (nohup) stays ignored; a server may put its own handler in the place of ours."""
    came, told = os.pipe()
    os.set_blocking(told, False)
    threading.Thread(target=_watch, args=(came,), daemon=True).start()
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) in USUAL:
            signal.signal(number, _noted)


def _noted(_: int, __: FrameType | None) -> None:
    """Stands as the handler of what `_watch` acts on; nothing more is done meanwhile."""
    time.sleep(END_SECONDS_MAX)


def _watch(came: int) -> None:
    """End the process at the first signal that is ours to end it."""
    while True:
        number = os.read(came, 1)[0]
        if signal.getsignal(number) is _noted:
            stopped = Stopped(signal.Signals(number))
            with contextlib.suppress(OSError):
                before = TERMINAL_AS_BEFORE if os.isatty(2) else b""
                os.write(2, before + f"recon: {stopped}\n".encode())
            os._exit(stopped.exit_code)
