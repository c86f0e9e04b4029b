"""The index of runs: what each evaluation knew, so that it can be repeated to the byte.

Append-only NDJSON, one line an evaluation. `fetch` is the last line of the manifest it saw and
`log` how many lines the break log had; `rule_pack` is the hash of the rules it ran, `streams` are
those it read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from recon.errors import UsageError
from recon.lines import append_lines, read_lines

INDEX = "index.ndjson"


@dataclass(frozen=True)
class Run:
    """One evaluation of one night."""

    run: int
    system_date: str
    fetch: int
    log: int
    rule_pack: str
    lookback_sessions: int
    readings: Mapping[str, str]
    streams: Sequence[str] = ("trades", "nta")
    result: str = ""


def read_runs(home: Path) -> list[Run]:
    """Every evaluation, oldest first; a torn last line does not count."""
    return [Run(**line) for line in read_lines(home / "runs" / INDEX)]


def find_run(home: Path, number: int, system_date: str) -> Run:
    """That evaluation of that night. Raises UsageError."""
    runs = [run for run in read_runs(home) if run.system_date == system_date]
    for run in runs:
        if run.run == number:
            return run
    raise UsageError(
        expected=f"a run of {system_date}: "
        + (", ".join(str(run.run) for run in runs) or "there is none"),
        seen=str(number),
        where=str(home / "runs" / INDEX),
        next_step="choose a run from that list",
    )


def append_run(home: Path, run: Run) -> None:
    """Record an evaluation durably."""
    append_lines(home / "runs" / INDEX, [asdict(run)])
