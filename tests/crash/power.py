"""What a power cut leaves of a folder: contents as of their last fsync, names as of their folder's.

It is the least that a file system promises. What was there before the command began is durable.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER, FILE = "folder", "file"


@contextmanager
def held(top: Path, kept: Path) -> Iterator[None]:
    """Take everything below `top` for durable. Within, no inode number of it is used again."""
    kept.mkdir()
    opened = [os.open(path, os.O_PATH | os.O_NOFOLLOW) for path in [top, *top.rglob("*")]]
    for path in [top, *top.rglob("*")]:
        place = kept / str(path.stat().st_ino)
        if path.is_dir():
            names = [f"{each.stat().st_ino} {_kind(each)} {each.name}" for each in path.iterdir()]
            place.with_suffix(".names").write_text("".join(f"{name}\n" for name in names))
        else:
            place.with_suffix(".file").write_bytes(path.read_bytes())
    try:
        yield
    finally:
        for descriptor in opened:
            os.close(descriptor)


def after_power_cut(top: Path, kept: Path, place: Path) -> None:
    """Make `place` what a power cut would have left of `top`."""
    _restore(kept, top.stat().st_ino, place)


def _restore(kept: Path, inode: int, place: Path) -> None:
    place.mkdir()
    names = kept / f"{inode}.names"
    for line in names.read_text().splitlines() if names.exists() else []:
        number, kind, name = line.split(" ", 2)
        content = kept / f"{number}.file"
        if kind == FOLDER:
            _restore(kept, int(number), place / name)
        else:
            (place / name).write_bytes(content.read_bytes() if content.exists() else b"")


def _kind(path: Path) -> str:
    return FOLDER if path.is_dir() else FILE
