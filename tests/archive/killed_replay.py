"""A process of its own: replays two days of trades, and is killed before its n-th file change.

    python -m tests.archive.killed_replay URL ARCHIVE N

Says "ready" before it begins. With N = 0 it is left to others to kill it. Exits 0 if it lived.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import recon.archive.intake
from recon.archive.archive import Archive
from recon.archive.replay import replay_window
from recon.feeds.broker import Broker
from recon.feeds.streams import TRADES
from tests.archive.making import window

ROWS = 150


def die_before_change(archive: Path, number: int) -> None:
    """Kill this process before the n-th time that it appends to, syncs or renames a file."""
    seen = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal seen
        changes = event == "os.rename" or (event == "open" and args[1] in (None, "a+"))
        if changes and str(args[0]).startswith(str(archive)):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def main(url: str, archive: Path, number: int) -> None:
    """Replay into several small segments, so that there are many moments to be killed in."""
    recon.archive.intake.ROWS_PER_SEGMENT = ROWS
    die_before_change(archive, number)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    replay_two_days(url, archive)


def replay_two_days(url: str, archive: Path) -> None:
    """The work itself."""
    with Broker(url, "sandbox-key", "sandbox-secret") as broker:
        replay_window(
            broker,
            Archive(archive, "2026-06-17T06:00:00Z"),
            TRADES,
            window("2026-06-15T04:00:00Z", "2026-06-17T04:00:00Z"),
        )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
