"""The parts of `recon verify` that look at files: segments, closings, reports and records.

Each gives how many files there are to look at, and a finding for each that is not what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from recon.archive.archive import Archive
from recon.archive.lost import segment_file
from recon.archive.manifest import Fetch
from recon.archive.segment import RAW, TYPED, Segment, read_texts, typed_path
from recon.closings.store import Closing
from recon.digest import sha256_of
from recon.errors import ReconError
from recon.nightly.night_record import read_record, records
from recon.nightly.run_index import Run, last_run
from recon.nightly.stale import unlike_certificate
from recon.reports.publish import certificates

ACKNOWLEDGE = "acknowledge it by `recon verify --acknowledge TEXT`"


@dataclass(frozen=True)
class Finding:
    """Something that is not what it was. `name` is that by which a person acknowledges it; empty
    where there is nothing to acknowledge, since it can be made again. `log` is the log whose line
    it is."""

    name: str
    seen: str
    where: str
    touches: str
    heal: str
    log: str = ""


Looked = tuple[int, list[Finding]]


def look_at_segments(archive: Archive, runs: Sequence[Run], only: date | None) -> Looked:
    """Both files of every segment: the texts against their hash and counted, and the columns; or of
    those that may have an event of one day."""
    total, found = 0, []
    for fetch in archive.fetches:
        near = fetch.within(str(only), str(only)) if only else fetch
        for segment in near.segments:
            total += 2
            found += [
                _of_segment(archive, fetch, segment, suffix, runs, seen)
                for suffix, seen in _damages(archive.folder / fetch.stream, segment)
                if segment_file(fetch.stream, segment, suffix) not in archive.acknowledged
            ]
    return total, found


def _damages(folder: Path, segment: Segment) -> Iterator[tuple[str, str]]:
    """Which file of a segment is not as the manifest says, and what was seen."""
    try:
        texts = sum(1 for _ in read_texts(folder, segment))
        if texts != segment.rows:
            yield RAW, f"{texts} texts for {segment.rows}"
    except (ReconError, OSError, ValueError) as error:
        yield RAW, _seen(error)
    try:
        rows = pq.ParquetFile(typed_path(folder, segment)).metadata.num_rows
        if rows != segment.rows:
            yield TYPED, f"{rows} rows for {segment.rows}"
    except (ReconError, OSError, ValueError) as error:
        yield TYPED, _seen(error)


def _of_segment(
    archive: Archive, fetch: Fetch, segment: Segment, suffix: str, runs: Sequence[Run], seen: str
) -> Finding:
    since = [each.system_date for each in runs if each.fetch >= fetch.fetch]
    nights = sorted({day for day in since if day >= segment.first_day})
    window = f"{fetch.stream} {fetch.since} .. {fetch.until}, {segment.rows} events"
    touched = f"; nights {nights[0]} .. {nights[-1]}" if nights else ""
    without = (
        "its columns stay in the books"
        if suffix == RAW
        else "the next night then asks the broker for that window again; what came in a file or by"
        " webhook must be ingested again"
    )
    return Finding(
        name=segment_file(fetch.stream, segment, suffix),
        seen=seen,
        where=str(archive.folder / fetch.stream / (segment.name + suffix)),
        touches=window + touched,
        heal=f"restore the file from a backup; or {ACKNOWLEDGE}: {without}",
    )


def look_at_closings(home: Path, closings: Sequence[Closing], only: date | None) -> Looked:
    """The file of each part of each closing, against its hash."""
    wanted: dict[Path, tuple[str, str]] = {}
    for closing in closings:
        if only is None or closing.system_date == str(only):
            for part, sha256 in closing.parts.items():
                wanted[home / "closings" / closing.file(part)] = sha256, closing.system_date
    found = [
        Finding(
            name=f"closing {path.name}",
            seen="no file" if not path.is_file() else "another content",
            where=str(path),
            touches=f"the nights after {day} that begin with it",
            heal="restore the file from a backup; or move the folder `closings` away and"
            f" {ACKNOWLEDGE}: the next night makes it again",
        )
        for path, (sha256, day) in wanted.items()
        if not path.is_file() or sha256_of(path) != sha256
    ]
    return len(wanted), found


def look_at_reports(home: Path, runs: Sequence[Run], only: date | None) -> Looked:
    """Each night's record and reports against its certificate, and that against the run index."""
    days = {path.parent.name for path in certificates(home)} | {p.stem for p in records(home)}
    days |= {each.system_date for each in runs if each.result}
    chosen = sorted(day for day in days if only is None or day == str(only))
    found = [
        Finding(
            name="",
            seen=why,
            where=str(home / "reports" / day),
            touches=f"what is published of {day}",
            heal=f"`recon check --date {day}` makes it again from the archive",
        )
        for day in chosen
        for why in _whys(home, runs, day)
    ]
    return len(chosen), found


def _whys(home: Path, runs: Sequence[Run], day: str) -> list[str]:
    """What is not as it was published; also where a night beside takes a file away meanwhile."""
    try:
        return list(_of_night(home, runs, day))
    except FileNotFoundError as error:
        return [f"{error.filename} is gone"]


def _of_night(home: Path, runs: Sequence[Run], day: str) -> Iterator[str]:
    run = last_run(runs, date.fromisoformat(day))
    record = home / "runs" / f"{day}.json"
    if record.exists():
        try:
            outcome = read_record(record)
        except ReconError as error:
            yield str(error)
            return
        if run is not None and run.record and sha256_of(record) != run.record:
            yield f"{record} was changed after the night"
        yield from unlike_certificate(home, day, outcome.certificate, outcome.result)
    elif run is not None:
        result = run.result if run.result == "incomplete" else ""
        certificate = run.certificate if run.result == "incomplete" else ""
        yield from unlike_certificate(home, day, certificate, result)


def _seen(error: Exception) -> str:
    return error.seen if isinstance(error, ReconError) else str(error)
