"""Append-only files of JSON lines: what was acknowledged is never changed.

A line counts once its newline is there. A kill in the middle of a write leaves a torn last line,
which was never acknowledged: reading leaves it out, the next write removes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from recon.errors import ReconError

Line = TypeVar("Line")


@dataclass(frozen=True)
class Expected:
    """What a line of a file is, what to do where one is not, and the error that says so."""

    line: str = "one JSON object"
    next_step: str = "restore this file from a backup"
    error: type[ReconError] = ReconError


AN_OBJECT = Expected()


def read_lines(
    path: Path, make: Callable[[dict[str, Any]], Line], expected: Expected = AN_OBJECT
) -> list[Line]:
    """Every whole line, oldest first, as what `make` gives of its object. Raises ReconError for a
    line that is no JSON object, or that `make` refuses with a ValueError, TypeError or KeyError."""
    if not path.exists():
        return []
    made = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise TypeError(f"{type(value).__name__} for an object")
            made.append(make(value))
        except (ValueError, TypeError, KeyError) as error:
            raise expected.error(
                expected=expected.line,
                seen=repr(line.decode("utf-8", "replace")[:60]),
                where=f"{path}, line {number}",
                next_step=expected.next_step,
            ) from error
    return made


def append_lines(path: Path, values: Iterable[Mapping[str, Any]]) -> None:
    """Add lines durably, keys sorted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write("".join(json.dumps(value, sort_keys=True) + "\n" for value in values).encode())
        file.flush()
        os.fsync(file.fileno())
