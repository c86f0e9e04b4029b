"""A process of its own: absorbs an inbox, and is killed before its n-th change of a file.

    python -m tests.webhook.killed_absorb ARCHIVE N

Exits 0 if it lived.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from recon.archive.archive import Archive
from recon.archive.inbox import absorb
from tests.webhook.receiving import STARTED


def die_before_change(archive: Path, number: int) -> None:
    """Kill this process before the n-th time that it appends to, syncs, renames or removes."""
    seen = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal seen
        changes = event in {"os.rename", "os.remove"} or (
            event == "open" and args[1] in (None, "a+")
        )
        if changes and str(args[0]).startswith(str(archive)):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    die_before_change(Path(sys.argv[1]), int(sys.argv[2]))
    absorb(Archive(Path(sys.argv[1]), STARTED))
