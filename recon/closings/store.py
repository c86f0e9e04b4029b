"""Closings: what a night needs to begin after a day, kept for ever.

The balance of every ledger account at the end of a system date; the lines that the events of that
date booked, which a later event may reverse; lots where the cost method keeps them apart; what
suspense holds and what its groups have had so far; the accounts there are; which activities are
read again; and, of a night's own date, what that night left open.

A night begins at an earlier closing, so that its cost follows the days since and not the history.
A closing is never changed: one that later events restate gets a new version, and each version
says which run made it, so that what was known at any run stays readable.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recon.archive.manifest import Fetch
from recon.closings.parts import RESTATED, SCHEMAS, SHAPE
from recon.digest import sha256_of
from recon.durable import make_folder, sync
from recon.errors import ReconError
from recon.ndjson import Damaged, Log, append_lines, read_chained, stop
from recon.typed import typed

INDEX = "index.ndjson"
OLD_SHAPE = 1  # balances, lines and lots alone, files named by the version


@dataclass(frozen=True)
class Closing:
    """One version of one date. `fetch` is the last line of the manifest that it knew of; `parts`
    names each part that it has with the sha256 of its file; `shape` is that of its release; `heads`
    names the head of the manifest after that line."""

    system_date: str
    version: int
    run: int
    fetch: int
    parts: Mapping[str, str]
    shape: int = SHAPE
    heads: Mapping[str, str] = field(default_factory=dict)

    def file(self, part: str) -> str:
        """The name of the Parquet of a part: by its content, in the older shape by version."""
        if self.shape == OLD_SHAPE:
            named = "" if part == "balances" else part
            return ".".join(filter(None, [self.system_date, str(self.version), named, "parquet"]))
        return f"{self.system_date}.{part}.{self.parts[part][:12]}.parquet"


class ClosingDamaged(ReconError):
    """A closing is not what the index says it is."""


def read_index(folder: Path) -> list[Closing]:
    """Every version of every closing, oldest first; a torn last line does not count."""
    return read_index_log(folder).lines


def read_index_log(folder: Path, damaged: Damaged = stop) -> Log[Closing]:
    """The same, with the heads that the index has had."""
    return read_chained(folder / INDEX, _closing, damaged=damaged)


def _closing(line: dict[str, Any]) -> Closing:
    """A line of the index; one without a shape is of release 0.3.0 or earlier."""
    date.fromisoformat(line["system_date"])
    if "shape" in line:
        return typed(Closing, line)
    names = {"balances": "sha256", "lines": "lines", "lots": "lots"}
    parts = {part: line[name] for part, name in names.items() if line.get(name)}
    kept = {name: line[name] for name in ("system_date", "version", "run", "fetch")}
    return typed(Closing, {**kept, "parts": parts, "shape": OLD_SHAPE})


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
    contents: Mapping[str, pa.Table],
    before: Closing | None,
    *,
    run: int,
    fetch: int,
    heads: Mapping[str, str] | None = None,
) -> Closing:
    """Write a date durably; its next version, unless all that can be restated is as it was.

    It counts only when it is indexed.
    """
    make_folder(folder)
    parts = {part: _write(folder, system_date, part, table) for part, table in contents.items()}
    version = 1
    if before is not None:
        same = all(before.parts.get(part) == parts.get(part) for part in RESTATED)
        version = before.version if same else before.version + 1
    return Closing(str(system_date), version, run, fetch, parts, heads=heads or {})


def _write(folder: Path, system_date: date, part: str, table: pa.Table) -> str:
    """Write a file whole or not at all; gives its hash, which its name begins with."""
    temporary = folder / f".{system_date}.{part}.tmp"
    pq.write_table(table.cast(SCHEMAS[part]), temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    sha256 = sha256_of(temporary)
    closing = Closing(str(system_date), 1, 0, 0, {part: sha256})
    temporary.replace(folder / closing.file(part))
    return sha256


def index(folder: Path, closings: Iterable[Closing]) -> None:
    """Make closings count, durably and in one step: their files outlast a loss of power first."""
    lines = [asdict(closing) for closing in closings]
    if lines:
        sync(folder)
        append_lines(folder / INDEX, lines)


def read_closing(folder: Path, closing: Closing, part: str = "balances") -> pa.Table:
    """A part of a closing; an empty table where it does not have that part. Raises
    ClosingDamaged."""
    if part not in closing.parts:
        return SCHEMAS[part].empty_table()
    path, sha256 = folder / closing.file(part), closing.parts[part]
    if not path.is_file() or sha256_of(path) != sha256:
        raise ClosingDamaged(
            expected=f"sha256 {sha256[:12]}…",
            seen="another content or no file",
            where=str(path),
            next_step="restore this file, or move the folder `closings` away and acknowledge it by"
            " `recon verify --acknowledge TEXT`: the next night makes it again",
        )
    return pq.read_table(path)
