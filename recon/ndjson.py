"""Append-only files of JSON lines: what was acknowledged is never changed.

A line counts once its newline is there. A kill in the middle of a write leaves a torn last line,
which was never acknowledged: reading leaves it out, the next write removes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from recon.errors import ReconError


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every whole line, oldest first. Raises ReconError for one that is no JSON object."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [_object(path, number, line) for number, line in enumerate(lines, start=1)]


def append_lines(path: Path, values: Iterable[Mapping[str, Any]]) -> None:
    """Add lines durably, keys sorted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write("".join(json.dumps(value, sort_keys=True) + "\n" for value in values).encode())
        file.flush()
        os.fsync(file.fileno())


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
        if isinstance(value, dict):
            return value
    except ValueError:
        pass
    raise ReconError(
        expected="one JSON object",
        seen=repr(line[:60]),
        where=f"{path}, line {number}",
        next_step="restore this file from a backup",
    )
