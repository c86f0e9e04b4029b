"""The heads that the logs of a home name of each other, and those that a log no longer reaches.

A manifest line names the head of the run index, a line of the index of closings that of the
manifest, a line of the run index and a certificate those of the others. A log whose end was cut
off, or that was restored from an older backup, is sound by itself: only by these is it found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recon.archive.archive import Archive
from recon.chain import BREAKS, CLOSINGS, MANIFEST, RUNS
from recon.closings.store import Closing, read_index_log
from recon.errors import ReconError
from recon.ndjson import Damaged, Log, heads_of, read_object, stop
from recon.nightly.night_record import records
from recon.nightly.run_index import Run, read_run_log
from recon.reports.publish import certificates


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


@dataclass(frozen=True)
class Logs:
    """The logs of a home that name heads, and the heads that certificates and records name."""

    home: Path
    archive: Archive
    runs: Log[Run]
    closings: Log[Closing]
    published: Mapping[Path, Mapping[str, str]]


def read_logs(
    home: Path, archive: Archive, published: Sequence[Path], damaged: Damaged = stop
) -> Logs:
    """The logs, and the heads in those `published` files. Raises ReconError for a damaged log,
    unless `damaged` takes it. Beside a night: what names heads is read before what it names, since
    a night writes in the other order."""
    heads = {path: _heads(path) for path in published}
    runs = read_run_log(home, damaged)
    return Logs(home, archive, runs, read_index_log(home / "closings", damaged), heads)


def refuse_lost_lines(home: Path, archive: Archive) -> None:
    """Raises LogCut where a log no longer reaches a head that another one, or the last certificate
    or record, names, unless a person acknowledged it."""
    newest = [*certificates(home)[-1:], *records(home)[-1:]]
    for each in lost_heads(read_logs(home, archive, newest)):
        raise lines_lost(home, each)


def lost_heads(logs: Logs) -> list[NamedHead]:
    """Every head that is named and that no log reaches, nor a person acknowledged."""
    reached = {
        MANIFEST: {*logs.archive.log.heads},
        BREAKS: {*heads_of(logs.home / BREAKS)},
        CLOSINGS: {*logs.closings.heads},
        RUNS: {*logs.runs.heads, *(f"run {each.run}" for each in logs.runs.lines)},
    }
    forgiven = logs.archive.acknowledged
    return [
        each
        for each in _named(logs)
        if each.head not in reached.get(each.log, ()) and each.finding not in forgiven
    ]


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


def _named(logs: Logs) -> list[NamedHead]:
    """Each head once, by the first that names it."""
    first: dict[tuple[str, str], str] = {}
    for log, head, name in _all_named(logs):
        first.setdefault((log, head), name)
    return [NamedHead(log, head, name) for (log, head), name in first.items()]


def _all_named(logs: Logs) -> Iterator[tuple[str, str, str]]:
    """(log, head of it, who names that)."""
    manifest, runs, closings = logs.archive.log, logs.runs, logs.closings
    for name, numbers, lines in (
        (RUNS, runs.numbers, [each.heads for each in runs.lines]),
        (MANIFEST, manifest.numbers, [each.heads for each in manifest.lines]),
        (CLOSINGS, closings.numbers, [each.heads for each in closings.lines]),
    ):
        for number, heads in zip(numbers, lines, strict=True):
            yield from ((log, head, f"{name}, line {number},") for log, head in heads.items())
    for path, heads in logs.published.items():
        name = str(path.relative_to(logs.home))
        yield from ((log, head, name) for log, head in heads.items())


def _heads(path: Path) -> Mapping[str, str]:
    """Those that a certificate or a record names; none where a release before this wrote it, or
    where it cannot be read, which is for `recon verify` to say."""
    try:
        content = read_object(path.read_bytes())
        run = {RUNS: f"run {content['run']}"} if "run" in content else {}
        heads = {**content.get("heads", {}), **run}
    except (ValueError, TypeError, OSError):
        return {}
    return {log: str(head) for log, head in heads.items()}
