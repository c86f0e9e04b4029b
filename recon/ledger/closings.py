"""Closings: the balance of every ledger account at the end of a system date, kept for ever.

A night begins at an earlier closing, so that its cost follows the days since and not the history.
A closing is never changed: one that later events restate gets a new version, and each version
says which run made it, so that what was known at any run stays readable.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
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
    """One version of one date. `fetch` is the last line of the manifest that it knew of."""

    system_date: str
    version: int
    run: int
    fetch: int
    sha256: str

    @property
    def file(self) -> str:
        """The name of its Parquet."""
        return f"{self.system_date}.{self.version}.parquet"


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
    balances: pa.Table,
    before: Closing | None,
    *,
    run: int,
    fetch: int,
) -> Closing:
    """Write the balances of a date as its next version, durably; an unchanged one keeps its file.

    It counts only when it is indexed.
    """
    if before is not None and read_closing(folder, before) == balances:
        return replace(before, run=run, fetch=fetch)
    folder.mkdir(parents=True, exist_ok=True)
    version = 1 if before is None else before.version + 1
    path = folder / f"{system_date}.{version}.parquet"
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(balances, temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    return Closing(str(system_date), version, run, fetch, _sha256(path))


def index(folder: Path, closings: Iterable[Closing]) -> None:
    """Make closings count, durably and in one step."""
    append_lines(folder / INDEX, [asdict(closing) for closing in closings])


def read_closing(folder: Path, closing: Closing) -> pa.Table:
    """The balances of a version. Raises ClosingDamaged on another hash."""
    path = folder / closing.file
    if not path.is_file() or _sha256(path) != closing.sha256:
        raise ClosingDamaged(
            expected=f"sha256 {closing.sha256[:12]}…",
            seen="another content or no file",
            where=str(path),
            next_step="move the folder `closings` away: the next night makes it again",
        )
    return pq.read_table(path)


def base_date(
    candidates: Sequence[date], sessions: Sequence[date], system_date: date, lookback: int,
    must_precede: Iterable[date],
) -> date | None:  # fmt: skip
    """The closing a night begins with: the last one that lies `lookback` sessions before it, and
    before every date that must be looked at again. None: the beginning of the books. Pure."""
    before = [day for day in sessions if day < system_date]
    if len(before) < lookback:
        return None
    bound = min([before[-lookback], *must_precede])
    return max((day for day in candidates if day < bound), default=None)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
