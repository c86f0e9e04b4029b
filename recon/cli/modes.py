"""Who may read a home: its user alone, or by `readers = group` also the group of its folder.

What a command writes is made so by the process's mask, whatever the shell's is. A home that was
made before, by a release that left it to the mask, is closed once, at its top: what lies below
cannot be reached then.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MASKS = {"owner": 0o077, "group": 0o027}


def keep_private(home: Path, readers: str) -> list[Path]:
    """Set the mask of this process, and take from the home what others had; gives what had it."""
    os.umask(MASKS[readers])
    return [path for path in open_to_others(home, readers) if _closed(path, MASKS[readers])]


def _closed(path: Path, mask: int) -> bool:
    """Take these bits away; not where the disk lets nobody write, which the reader may not care."""
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~mask)
    except OSError:
        return False
    return True


def open_to_others(home: Path, readers: str) -> Iterator[Path]:
    """The home and what is at its top, where it is ours and its mode lets in more than it should.

    A folder without a manifest is no home yet: it may be anything, and its mode is not ours."""
    if (home / "archive" / "manifest.ndjson").exists():
        for path in (home.resolve(), *sorted(home.iterdir())):
            status = path.lstat()
            ours = status.st_uid == os.geteuid() and not stat.S_ISLNK(status.st_mode)
            if ours and stat.S_IMODE(status.st_mode) & MASKS[readers]:
                yield path
