"""Every error this project raises on purpose, and the exit code that each branch means.

    ReconError                  1  unexpected: our own mistake, or a damaged archive
    ├── UsageError              2  a wrong option, date, stream or configuration
    ├── IncompleteError         4  input not proven complete, nothing certified
    ├── NotReadyError           5  the broker's day was not ready before the deadline
    ├── LockedError             6  another run holds the lock
    └── BrokerError             7  the broker refused or could not be reached
        ├── BrokerRefused          it answered, and said no: trying again will not help
        └── BrokerUnreachable      it did not answer, or not as the protocol says

"Breaks found" (3) is a result, not an error, and is in no branch.
"""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """What the caller's shell sees."""

    CLEAN = 0
    UNEXPECTED = 1
    USAGE = 2
    BREAKS = 3
    INCOMPLETE = 4
    NOT_READY = 5
    LOCKED = 6
    BROKER = 7
    NOTHING_TO_DO = 99
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class ReconError(Exception):
    """One line for people: what was expected, what was seen, where, and what to do next."""

    exit_code = ExitCode.UNEXPECTED

    def __init__(self, *, expected: str, seen: str, where: str, next_step: str) -> None:
        self.expected, self.seen = expected, seen
        self.where, self.next_step = where, next_step
        super().__init__(f"expected {expected}; saw {seen} ({where}). Next: {next_step}")


class UsageError(ReconError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = ExitCode.USAGE


class IncompleteError(ReconError):
    """What was read is not proven to be everything."""

    exit_code = ExitCode.INCOMPLETE


class NotReadyError(ReconError):
    """The broker has not said that the day's balances and positions are ready."""

    exit_code = ExitCode.NOT_READY


class LockedError(ReconError):
    """Another process is writing to the same RECON_HOME."""

    exit_code = ExitCode.LOCKED


class BrokerError(ReconError):
    """The broker's side of the conversation failed."""

    exit_code = ExitCode.BROKER


class BrokerRefused(BrokerError):
    """The broker answered with a refusal (401, 403, 404, another 4xx, a redirect)."""


class BrokerUnreachable(BrokerError):
    """No usable answer: no connection, time-out, 429 or 5xx to the end of all tries."""
