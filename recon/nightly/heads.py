"""The heads that the logs of a home name of each other, and those that a log no longer reaches.

A manifest line names the head of the run index, a line of the index of closings that of the
manifest, a line of the run index and a certificate those of the others. A log whose end was cut
off, or that was restored from an older backup, is sound by itself: only by these is it found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recon.archive.archive import Archive
from recon.chain import CLOSINGS, LOGS, MANIFEST, RUNS
from recon.closings.store import read_index_log
from recon.errors import ReconError
from recon.ndjson import heads_of
from recon.nightly.run_index import read_run_log, read_runs
from recon.window import DATE


class LogCut(ReconError):
    """A log lacks lines that it had when another one named its head."""


@dataclass(frozen=True)
class NamedHead:
    """A head of one log, as another file of the home names it."""

    log: str
    head: str
    by: str

    @property
    def finding(self) -> str:
        """Its name, by which a person acknowledges that it is lost."""
        return f"head {self.log} {self.head}"


def refuse_lost_lines(home: Path, archive: Archive) -> None:
    """Raises LogCut where a log no longer reaches a head that another one, or the last certificate,
    names, unless a person acknowledged it."""
    newest = [*certificates(home)[-1:], *records(home)[-1:]]
    for each in lost_heads(home, archive, newest):
        raise lines_lost(home, each)


def lost_heads(home: Path, archive: Archive, by: list[Path]) -> list[NamedHead]:
    """Every head that the logs and those certificates and records name and no log reaches, nor a
    person acknowledged."""
    reached = {name: set(heads_of(home / name)) for name in LOGS if name != MANIFEST}
    reached[RUNS] |= {f"run {each.run}" for each in read_runs(home)}
    reached[MANIFEST] = set(archive.log.heads)
    return [
        each
        for each in _named(home, archive, by)
        if each.head not in reached.get(each.log, ()) and each.finding not in archive.acknowledged
    ]


def certificates(home: Path) -> list[Path]:
    """The certificates of the published nights, oldest first."""
    found = (home / "reports").glob("*/certificate.json")
    return sorted(path for path in found if DATE.fullmatch(path.parent.name))


def records(home: Path) -> list[Path]:
    """The records of the nights, oldest first."""
    return sorted(p for p in (home / "runs").glob("*.json") if DATE.fullmatch(p.stem))


def lines_lost(home: Path, lost: NamedHead) -> LogCut:
    """What to tell of it."""
    lines, chain = lost.head.split(" ", 1)
    wanted = f"{lines} lines or more, the last of these with chain {chain[:12]}…"
    return LogCut(
        expected=f"{lost.head if lines == 'run' else wanted}, as {lost.by} says",
        seen="lines that were cut off or replaced, or a file from an older backup",
        where=str(home / lost.log),
        next_step="restore the whole home from one backup, or let `recon verify` say what it"
        " touches and how to go on",
    )


def _named(home: Path, archive: Archive, by: list[Path]) -> Iterator[NamedHead]:
    """Each head once, by the first that names it."""
    seen = set()
    for log, head, name in _all_named(home, archive, by):
        if (log, head) not in seen:
            seen.add((log, head))
            yield NamedHead(log, head, name)


def _all_named(home: Path, archive: Archive, by: list[Path]) -> Iterator[tuple[str, str, str]]:
    manifest, runs = archive.log, read_run_log(home)
    closings = read_index_log(home / "closings")
    for name, numbers, lines in (
        (RUNS, runs.numbers, [each.heads for each in runs.lines]),
        (MANIFEST, manifest.numbers, [each.heads for each in manifest.lines]),
        (CLOSINGS, closings.numbers, [each.heads for each in closings.lines]),
    ):
        for number, heads in zip(numbers, lines, strict=True):
            yield from ((log, head, f"{name}, line {number},") for log, head in heads.items())
    for path in by:
        for log, head in _heads(path).items():
            yield log, head, str(path.relative_to(home))


def _heads(path: Path) -> Mapping[str, str]:
    """Those that a certificate or a record names; none where a release before this wrote it, or
    where it cannot be read, which is for `recon verify` to say."""
    try:
        content = json.loads(path.read_bytes())
        run = {RUNS: f"run {content['run']}"} if "run" in content else {}
        return {**content.get("heads", {}), **run}
    except (ValueError, TypeError, AttributeError, OSError):
        return {}
