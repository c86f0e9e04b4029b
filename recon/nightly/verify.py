"""Looks at everything that a home keeps: whether it is what was written, and holds together.

Takes RECON_HOME; gives findings, each with what it touches and how to heal it, and how much was
looked at. Reads only and takes no lock: it may run beside a night.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.quarantine import FOLDER, set_aside_files
from recon.breaks.log import read_entries
from recon.chain import BREAKS, CLOSINGS, LOGS, MANIFEST, RUNS
from recon.errors import ReconError
from recon.ndjson import append_lines
from recon.nightly.heads import Logs, lines_lost, lost_heads, read_logs
from recon.nightly.night_record import records
from recon.nightly.signatures import look_at_signatures
from recon.nightly.verify_files import (
    ACKNOWLEDGE,
    Finding,
    Looked,
    look_at_closings,
    look_at_reports,
    look_at_segments,
)
from recon.reports.publish import certificates

TOUCHED = {
    MANIFEST: "every night since that reading: what it brought may not count any more",
    BREAKS: "since when breaks are open, and what people said of them",
    CLOSINGS: "the nights that begin with those closings",
    RUNS: "what those runs knew (`--as-known-at`), and their records",
}


@dataclass
class Verified:
    """What was looked at, by its kind: how many are sound, of how many. What was found, and what is
    worth knowing though nothing is wrong."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, kind: str, looked: Looked) -> None:
        """Count one kind; a thing may have more than one finding."""
        total, found = looked
        damaged = len({each.where for each in found})
        self.counts[kind] = (max(total - damaged, 0), total)
        self.findings += found


def verify(home: Path, only: date | None = None, key: str = "") -> Verified:
    """Look at all of it; or at the logs, and at what one night rests on. What a night beside was
    just writing is looked at twice. With a `key` the signatures are checked too."""
    verified = _look(home, only, key)
    if verified.findings:
        again = _look(home, only, key)
        again.findings = [each for each in again.findings if each in verified.findings]
        return again
    return verified


def _look(home: Path, only: date | None, key: str) -> Verified:
    verified, broken = Verified(), list[ReconError]()
    archive = Archive(home / "archive", damaged=broken.append)
    published = [*certificates(home), *records(home)]
    logs = read_logs(home, archive, published, broken.append)
    entries = read_entries(home / "breaks", broken.append)
    lines = sum(len(log.heads) - 1 for log in (archive.log, logs.closings, logs.runs, entries))
    verified.add("lines of logs", (lines, [_of_line(home, each) for each in broken]))
    verified.add("heads of logs", _look_at_heads(logs))
    verified.add("files of segments", look_at_segments(archive, logs.runs.lines, only))
    verified.add("files of closings", look_at_closings(home, logs.closings.lines, only))
    verified.add("nights published", look_at_reports(home, logs.runs.lines, only))
    signatures, notes = look_at_signatures(home, logs.runs.lines, key, archive.acknowledged)
    verified.add("signatures", signatures)
    verified.notes += [*notes, *_notes(home, archive)]
    return verified


def _of_line(home: Path, error: ReconError) -> Finding:
    file = error.where.partition(", line ")[0]
    log = Path(file).relative_to(home).as_posix()
    return Finding(
        name=f"line {error.where.removeprefix(f'{home}/')}",
        seen=f"{error.seen}; expected {error.expected}",
        where=error.where,
        touches=TOUCHED[log],
        heal=f"restore the whole home from one backup; or {ACKNOWLEDGE}: then what can be read"
        " counts as it is",
        log=log,
    )


def _look_at_heads(logs: Logs) -> Looked:
    found = []
    for lost in lost_heads(logs):
        error = lines_lost(logs.home, lost)
        heal = f"restore the whole home from one backup; or {ACKNOWLEDGE}"
        if lost.log == MANIFEST and set_aside_files(logs.archive.folder):
            heal += f"; events may be in {logs.archive.folder / FOLDER}"
        seen = f"{error.seen}; expected {error.expected}"
        found.append(Finding(lost.finding, seen, error.where, TOUCHED[lost.log], heal))
    return sum((logs.home / log).exists() for log in LOGS), found


def _notes(home: Path, archive: Archive) -> list[str]:
    """Files that count for nothing, and logs that are not chained yet."""
    notes = []
    if aside := set_aside_files(archive.folder):
        notes.append(
            f"{len(aside)} files set aside in {archive.folder / FOLDER}: no line of the manifest"
            " names them. A killed run left them, and they count for nothing; or the manifest lost"
            " lines, which is found above: then restore it, and move each back to archive/STREAM."
            " A .body is a delivered webhook without any event: ask the broker what it was"
        )
    notes += [
        f"{home / log} is of an earlier release: its lines are sealed once one is added"
        for log in LOGS
        if (home / log).exists() and b'"chain": "' not in (home / log).read_bytes()
    ]
    return notes + [
        f"acknowledged by {each['by']} at {each['at']}: {each['acknowledged']}"
        for each in archive.log.acknowledged
    ]


def acknowledge(home: Path, text: str, by: str, at: str, key: str = "") -> Verified:
    """Say in the logs that what is found now is known: from then on the chains go on from there,
    nights run, and each certificate names it. The caller holds the lock. Gives what is left."""
    found = [each for each in _look(home, None, key).findings if each.name]
    for log in LOGS:
        names = sorted({each.name for each in found if log in (MANIFEST, each.log)})
        if names:
            line = {"acknowledged": text, "at": at, "by": by, "found": names}
            append_lines(home / log, [line], over_damage=True)
    return _look(home, None, key)
