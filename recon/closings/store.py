"""Closings: the balance of every ledger account at the end of a system date, kept for ever. Beside
it the lines that the events of that date booked, which a later event may take back, and the lots
of each position where the cost method asks for them.

A night begins at an earlier closing, so that its cost follows the days since and not the history.
A closing is never changed: one that later events restate gets a new version, and each version
says which run made it, so that what was known at any run stays readable.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from recon.archive.manifest import Fetch
from recon.errors import ReconError
from recon.lines import append_lines, read_lines

INDEX = "index.ndjson"


@dataclass(frozen=True)
class Closing:
    """One version of one date. `fetch` is the last line of the manifest that it knew of; `sha256`
    is of its balances, `lines` and `lots` of those, empty where there are none."""

    system_date: str
    version: int
    run: int
    fetch: int
    sha256: str
    lines: str = ""
    lots: str = ""

    def file(self, part: str = "") -> str:
        """The name of the Parquet of its balances, its `lines` or its `lots`."""
        return ".".join(filter(None, [self.system_date, str(self.version), part, "parquet"]))


@dataclass(frozen=True)
class Contents:
    """What a closing holds; `lots` only where the cost method keeps them apart."""

    balances: pa.Table
    lines: pa.Table
    lots: pa.Table | None = None


class ClosingDamaged(ReconError):
    """A closing is not what the index says it is."""


def read_index(folder: Path) -> list[Closing]:
    """Every version of every closing, oldest first; a torn last line does not count."""
    return [Closing(**line) for line in read_lines(folder / INDEX)]


def latest(index: Iterable[Closing], run: int | None = None) -> dict[str, Closing]:
    """The last version of each date, or the last that was there when `run` began."""
    return {c.system_date: c for c in index if run is None or c.run < run}


def still_valid(closing: Closing, fetches: Iterable[Fetch], streams: Iterable[str]) -> bool:
    """Whether nothing has been archived since that belongs to that date or one before."""
    booked = set(streams)
    return all(
        segment.first_day > closing.system_date
        for fetch in fetches
        if fetch.fetch > closing.fetch and fetch.stream in booked
        for segment in fetch.segments
    )


def write_closing(
    folder: Path,
    system_date: date,
    contents: Contents,
    before: Closing | None,
    *,
    run: int,
    fetch: int,
) -> Closing:
    """Write a date as its next version, durably; an unchanged one keeps its files.

    It counts only when it is indexed.
    """
    if before is not None and before.lines and _contents(folder, before) == contents:
        return replace(before, run=run, fetch=fetch)
    folder.mkdir(parents=True, exist_ok=True)
    closing = Closing(str(system_date), before.version + 1 if before else 1, run, fetch, "")
    lots = contents.lots
    return replace(
        closing,
        sha256=_write(folder / closing.file(), contents.balances),
        lines=_write(folder / closing.file("lines"), contents.lines),
        lots="" if lots is None else _write(folder / closing.file("lots"), lots),
    )


def _contents(folder: Path, closing: Closing) -> Contents:
    """All that a version with lines holds."""
    return Contents(
        read_closing(folder, closing),
        read_closing(folder, closing, "lines"),
        read_closing(folder, closing, "lots") if closing.lots else None,
    )


def _write(path: Path, table: pa.Table) -> str:
    """Write a file whole or not at all; gives its hash."""
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    return _sha256(path)


def index(folder: Path, closings: Iterable[Closing]) -> None:
    """Make closings count, durably and in one step."""
    append_lines(folder / INDEX, [asdict(closing) for closing in closings])


def read_closing(folder: Path, closing: Closing, part: str = "") -> pa.Table:
    """The balances of a version, its `lines` or its `lots`. Raises ClosingDamaged."""
    path = folder / closing.file(part)
    sha256 = {"": closing.sha256, "lines": closing.lines, "lots": closing.lots}[part]
    if not path.is_file() or _sha256(path) != sha256:
        raise ClosingDamaged(
            expected=f"sha256 {sha256[:12]}…",
            seen="another content or no file",
            where=str(path),
            next_step="move the folder `closings` away: the next night makes it again",
        )
    return pq.read_table(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
