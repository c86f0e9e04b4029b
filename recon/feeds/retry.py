"""How long to wait for the broker, and how often to ask again.

Takes failures that may pass (`NotNow`) and gives the wait before the next try, or the end of
trying. A 429 pauses every thread that shares the pause, not only the one that was told.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Patience:
    """Limits of one conversation. `tries` counts the first; a read may be silent that long, and
    bring nothing but heartbeats for a third of it where it is not known to end. A reading of a
    stream takes `stream_seconds_max` in all, unless its caller says otherwise."""

    tries: int = 5
    first_wait_seconds: float = 1.0
    wait_seconds_max: float = 60.0
    read_timeout_seconds: float = 90.0
    connect_timeout_seconds: float = 10.0
    answer_seconds_max: float = 600.0  # one whole REST answer, however slowly it drips
    stream_seconds_max: float = 3600.0

    @property
    def quiet_seconds_max(self) -> float:
        """How long a reading between two ids may bring heartbeats and nothing else."""
        return self.read_timeout_seconds / 3


class NotNow(Exception):
    """No usable answer this time: no connection, time-out, 429 or 5xx. Never leaves recon.feeds."""

    def __init__(
        self, seen: str, where: str, *, busy: bool = False, wait_seconds: float | None = None
    ) -> None:
        super().__init__(seen)
        self.seen, self.where, self.busy, self.wait_seconds = seen, where, busy, wait_seconds


class Pause:
    """One pause for all threads of a broker, and how many answers they had so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self.answers = 0

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> None:
        """Sleep until asking is allowed."""
        while (seconds := self._until - time.monotonic()) > 0:
            time.sleep(seconds)

    def answered(self) -> None:
        """Somebody got through."""
        with self._lock:
            self.answers += 1


class Tries:
    """Stamina's hook for one request: False ends it, True backs off, a number is the wait."""

    def __init__(self, patience: Patience, pause: Pause) -> None:
        self.patience, self.pause = patience, pause
        self.answers = pause.answers
        self.used = 0

    def __call__(self, fault: Exception) -> bool | float:
        """Decide on one failure. A 429 while others get through does not use up the tries."""
        if not isinstance(fault, NotNow):
            return False
        if fault.busy and self.pause.answers > self.answers:
            self.answers, self.used = self.pause.answers, 0
        self.used += 1
        wait_seconds = fault.wait_seconds
        if wait_seconds is not None:
            wait_seconds = min(wait_seconds, self.patience.wait_seconds_max)
        if fault.busy:
            first = self.patience.first_wait_seconds
            self.pause.hold(first if wait_seconds is None else wait_seconds)
        if self.used >= self.patience.tries:
            return False
        return True if wait_seconds is None else wait_seconds


def asked_wait_seconds(headers: Mapping[str, str]) -> float | None:
    """The wait that Retry-After or else X-RateLimit-Reset asks for, never negative.

    Instants are measured against the answer's own Date: our clock takes no part.
    """
    retry_after = headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(retry_after):
        return float(retry_after)
    answered_at = _instant(headers.get("date", ""))
    wanted = _instant(retry_after)
    reset = headers.get("x-ratelimit-reset", "").strip()
    if answered_at is None:
        return None
    if wanted is not None:
        return max(0.0, (wanted - answered_at).total_seconds())
    if SECONDS.fullmatch(reset):
        return max(0.0, float(reset) - answered_at.timestamp())
    return None


def _instant(text: str) -> datetime | None:
    """An HTTP date, or None; also for one beyond the years that there are in UTC."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
