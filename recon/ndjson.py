"""Append-only files of JSON lines: what was acknowledged is never changed.

Each line seals those before it (`recon/chain.py`), and reading stops where one does not follow. A
kill in the middle of a write leaves a torn last line, which was never acknowledged: reading leaves
it out, the next write removes it. A last line that lacks only its newline is whole, since the
beginning of an object is no object: it counts, and the next write ends it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from recon.chain import EMPTY, Link, chain_of, links, sealed
from recon.durable import make_folder, sync
from recon.errors import ReconError

Line = TypeVar("Line")
Damaged = Callable[[ReconError], None]
STEP = 1 << 16  # so many bytes are read back from the end to find the last line
HEAL = "restore this file from a backup, or let `recon verify` say what it touches and how to go on"


@dataclass(frozen=True)
class Expected:
    """What a line of a file is, what to do where one is not, and the error that says so."""

    line: str = "one JSON object"
    next_step: str = "restore this file from a backup"
    error: type[ReconError] = ReconError


AN_OBJECT = Expected()


@dataclass
class Log(Generic[Line]):
    """The lines of a file, oldest first, as what the reader makes of them. `heads[n]` is its head
    after the n-th line of the file, `numbers` are those of `lines` there. `acknowledged` are the
    lines by which people acknowledged a damage."""

    lines: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    heads: list[str] = field(default_factory=lambda: [EMPTY])
    acknowledged: list[dict[str, Any]] = field(default_factory=list)

    def head_after(self, count: int) -> str:
        """The head after the first so many of `lines`."""
        return self.heads[self.numbers[count - 1] if count else 0]

    def add(self, line: Line, chain: str) -> None:
        """Grow by a line that was appended to the file."""
        self.lines.append(line)
        self.numbers.append(len(self.heads))
        self.heads.append(f"{len(self.heads)} {chain}")


def stop(error: ReconError) -> None:
    """What is done with a damage, unless somebody wants to see them all."""
    raise error


def read_chained(
    path: Path,
    make: Callable[[dict[str, Any]], Line],
    expected: Expected = AN_OBJECT,
    damaged: Damaged = stop,
) -> Log[Line]:
    """Every whole line as what `make` gives of its object. Calls `damaged` with the expected error
    for a line that does not follow from those before, that is no JSON object, or that `make`
    refuses with a ValueError, TypeError or KeyError; not for one before a line that acknowledges
    the damage. What cannot be read is left out."""
    log: Log[Line] = Log()
    found = list(links(_whole_lines(path)))
    sound_from = max((link.number for link in found if link.seals and link.follows), default=0)
    for link in found:
        log.heads.append(link.head)
        try:
            value = read_object(link.text)
            made = [] if link.seals else [make(value)]
        except (ValueError, TypeError, KeyError):
            if link.number > sound_from:
                damaged(_not_as_expected(path, link, expected))
            continue
        if not link.follows and link.number > sound_from:
            damaged(_broken(path, link, expected))
        if link.seals:
            log.acknowledged.append({**value, "line": link.number})
        log.lines += made
        log.numbers += [link.number for _ in made]
    return log


def append_lines(
    path: Path, values: Iterable[Mapping[str, Any]], *, over_damage: bool = False
) -> list[str]:
    """Add lines durably, keys sorted, each sealing those before it; gives their chains. A line
    `over_damage` seals them as they are, by all their bytes."""
    make_folder(path.parent)
    is_new = not path.exists()
    with path.open("a+b") as file:
        chain = _end_whole(file, by_bytes=over_damage)
        lines, chains = [], []
        for value in values:
            line, chain = sealed(chain, json.dumps(value, sort_keys=True).encode())
            lines.append(line + b"\n")
            chains.append(chain)
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync(path.parent)
    return chains


def read_object(text: bytes) -> dict[str, Any]:
    """A JSON object. Raises ValueError or TypeError for another text, however deep it nests."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("it nests too deep") from error
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} for an object")
    return value


def heads_of(path: Path) -> list[str]:
    """Every head that a log has had by its own words, which `read_chained` checks."""
    return [EMPTY, *(link.head for link in links(_whole_lines(path)))]


def _whole_lines(path: Path) -> bytes:
    """The content without a torn last line."""
    content = path.read_bytes() if path.exists() else b""
    whole, newline, tail = content.rpartition(b"\n")
    return content + b"\n" if _is_object(tail) else whole + newline


def _end_whole(file: io.BufferedRandom, *, by_bytes: bool) -> str:
    """Make a file end with its last whole line; gives the chain that the next line follows."""
    size = start = file.seek(0, os.SEEK_END)
    found, step = b"", STEP
    while start and found.count(b"\n") < 2:
        start, step = max(0, start - step), step * 2
        file.seek(start)
        found = file.read(size - start)
    whole, _, tail = found.rpartition(b"\n")
    last = whole.rpartition(b"\n")[2]
    if _is_object(tail):
        file.write(b"\n")
        last = tail
    elif tail:
        file.truncate(size - len(tail))
    if not by_bytes and (chain := chain_of(last)):
        return chain
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _is_object(text: bytes) -> bool:
    try:
        return bool(text) and bool(read_object(text))
    except (ValueError, TypeError):
        return False


def _not_as_expected(path: Path, link: Link, expected: Expected) -> ReconError:
    return expected.error(
        expected=expected.line,
        seen=repr(link.text.decode("utf-8", "replace")[:60]),
        where=f"{path}, line {link.number}",
        next_step=expected.next_step,
    )


def _broken(path: Path, link: Link, expected: Expected) -> ReconError:
    return expected.error(
        expected="a line that follows from those before it, as its chain says",
        seen="another chain: this line, or one before it, was changed, removed or put in",
        where=f"{path}, line {link.number}",
        next_step=HEAL,
    )
