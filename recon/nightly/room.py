"""Whether the disk has room for a night, before anything is asked or written.

The warehouse of a night is made beside that of the last one, in a file of about its size; what else
a night writes (segments, reports, closings) is less. Where the estimate is too low the night ends
in one line all the same, and can be run again.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from recon.errors import ReconError
from recon.nightly.build import WAREHOUSE

FIRST_NIGHT_BYTES = 64 << 20  # a warehouse without an event has a quarter of it


def bytes_needed(home: Path) -> int:
    """What a night may need beside what is there: twice the last night's warehouse."""
    last = home / WAREHOUSE
    return max(FIRST_NIGHT_BYTES, 2 * last.stat().st_size if last.exists() else 0)


def refuse_without_room(home: Path) -> None:
    """Raises ReconError where the disk of that folder has too little left."""
    needed, free = bytes_needed(home), shutil.disk_usage(home).free
    if free < needed:
        raise ReconError(
            expected=f"{needed >> 20:,} MiB free for a night",
            seen=f"{free >> 20:,} MiB",
            where=str(home),
            next_step="make room, or move the home to a larger disk, then run the same again:"
            " nothing was asked and nothing written",
        )
