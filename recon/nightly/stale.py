"""Whether the record of a night still says what the archive says; cheap, and reads no event.

The record must be the one that the run index names, the certificate and the reports those that were
published with it, and nothing may have been archived since that belongs to the night or to a day
before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from recon.archive.archive import Archive
from recon.digest import sha256_of
from recon.ndjson import read_object
from recon.nightly.heads import refuse_lost_lines
from recon.nightly.night_record import Outcome
from recon.nightly.run_index import Run, last_run, read_runs


def why_stale(home: Path, record: Path, outcome: Outcome) -> str:
    """Why a record does not count any more, in words; empty where it does. Raises LogCut where the
    archive, or another log, has lost what the record rests on."""
    archive = Archive(home / "archive")
    refuse_lost_lines(home, archive)
    run = last_run(read_runs(home), outcome.system_date)
    return next(_reasons(home, record, outcome, archive, run), "")


def _reasons(
    home: Path, record: Path, outcome: Outcome, archive: Archive, run: Run | None
) -> Iterator[str]:
    if run is None or run.run != outcome.run:
        yield f"it is of run {outcome.run}, the last one is {run.run if run else 'none'}"
        return
    if run.record and run.record != sha256_of(record):
        yield "it was changed after the night"
    day = str(outcome.system_date)
    yield from unlike_certificate(home, day, outcome.certificate, outcome.result)
    yield from _came_since(archive, run)


def unlike_certificate(home: Path, day: str, sha256: str, result: str) -> Iterator[str]:
    """What the published reports of a night lack of those that it certified. The hash of the
    certificate and the result are empty where nothing names them."""
    folder = home / "reports" / day
    path = folder / "certificate.json"
    if not path.is_file() or sha256 not in ("", sha256_of(path)):
        yield f"{path} is gone or was changed"
        return
    try:
        content = read_object(path.read_bytes())
        certified, reports = content["result"], dict(content["reports"])
    except (ValueError, KeyError, TypeError):
        yield f"{path} cannot be read"
        return
    if result not in ("", certified):
        yield f"the record says {result}, {path} says {certified}"
    for name in changed_reports(folder, reports):
        yield f"{folder / name} is gone or was changed"


def changed_reports(folder: Path, reports: Mapping[str, str]) -> list[str]:
    """Those of the reports, named with their hashes, that are not there as they were."""
    return [
        name
        for name, sha256 in reports.items()
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256
    ]


def _came_since(archive: Archive, run: Run) -> Iterator[str]:
    """A reading since that brought what may belong to the night or to a day before it."""
    for fetch in archive.fetches:
        if fetch.fetch > run.fetch:
            late = [each for each in fetch.segments if each.first_day <= run.system_date]
            if late:
                first = min(each.first_day for each in late) or "no day"
                yield f"fetch {fetch.fetch} brought {fetch.stream} of {first} since"
