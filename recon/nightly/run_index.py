"""The index of runs: the inputs of each evaluation, so that it can be repeated to the byte.

Append-only NDJSON, one line an evaluation. `fetch` is the last line of the manifest it saw and
`log` how many lines the break log had; `rule_pack` is the hash of the rules it ran, `streams` are
those it read. `heads` are those of the other three logs when it was written, `certificate` the
sha256 of the certificate that it published and `record` that of its record, if it left one;
`signature` is that of the line by the key of the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from recon.chain import signature
from recon.errors import UsageError
from recon.ndjson import Damaged, Log, append_lines, read_chained, stop
from recon.nightly.night_record import RESULTS
from recon.settings import Settings
from recon.typed import typed

INDEX = "index.ndjson"
DECIDING = ("streams", "lookback_sessions", "assumptions")  # they change what a night says


@dataclass(frozen=True)
class Run:
    """One evaluation of one night."""

    run: int
    system_date: str
    fetch: int
    log: int
    rule_pack: str
    lookback_sessions: int
    assumptions: Mapping[str, str]
    streams: Sequence[str] = ("trades", "nta")
    result: str = ""
    heads: Mapping[str, str] = field(default_factory=dict)
    certificate: str = ""
    record: str = ""
    signature: str = ""


def read_runs(home: Path) -> list[Run]:
    """Every evaluation, oldest first; a torn last line does not count."""
    return read_run_log(home).lines


def read_run_log(home: Path, damaged: Damaged = stop) -> Log[Run]:
    """The same, with the heads that the index has had."""
    return read_chained(home / "runs" / INDEX, _run, damaged=damaged)


def _run(line: dict[str, Any]) -> Run:
    """A line of the index; releases until 0.3.0 named the assumptions `readings`."""
    older = {"assumptions": line.pop("readings")} if "readings" in line else {}
    run = typed(Run, {**line, **older})
    date.fromisoformat(run.system_date)
    if run.result not in ("", *RESULTS):
        raise ValueError(f"result {run.result!r}")
    return run


def next_run(
    settings: Settings,
    runs: Sequence[Run],
    system_date: date,
    fetch: int,
    log: int,
    rule_pack: str,
) -> Run:
    """The evaluation that comes after those, by these settings; its result is yet to come."""
    return Run(
        run=max((each.run for each in runs), default=0) + 1,
        system_date=str(system_date),
        fetch=fetch,
        log=log,
        rule_pack=rule_pack,
        lookback_sessions=settings.lookback_sessions,
        assumptions=dict(settings.assumptions),
        streams=settings.streams,
    )


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


def last_run(runs: Iterable[Run], system_date: date) -> Run | None:
    """The evaluation whose reports of that date are the published ones."""
    return next((run for run in reversed([*runs]) if run.system_date == str(system_date)), None)


def leads(run: Run, runs: Iterable[Run]) -> bool:
    """Whether the warehouse is to be that of this evaluation: a complete input comes before an
    incomplete one, then the later date counts."""
    return all(_rank(run) >= _rank(each) for each in runs)


def _rank(run: Run) -> tuple[bool, str]:
    return run.result != "incomplete", run.system_date


def as_it_ran(settings: Settings, system_date: date) -> tuple[Settings, list[str]]:
    """Settings to evaluate a date again with: what nobody gave now is as it was when the date ran.

    Also names what was given and is not what the date ran with.
    """
    ran = last_run(read_runs(settings.home), system_date)
    if ran is None:
        return settings, []
    as_before: dict[str, Any] = {"streams": tuple(ran.streams)}
    as_before["lookback_sessions"] = ran.lookback_sessions
    as_before["assumptions"] = dict(ran.assumptions)
    others = [
        name
        for name in DECIDING
        if name in settings.given and not _same(getattr(settings, name), as_before[name])
    ]
    return replace(settings, **{n: v for n, v in as_before.items() if n not in others}), others


def _same(given: Any, before: Any) -> bool:
    """Streams are the same in any order."""
    return bool(given == before or (isinstance(given, tuple) and {*given} == {*before}))


def append_run(home: Path, run: Run, key: str) -> None:
    """Record an evaluation durably, signed where there is a key."""
    line = asdict(run)
    append_lines(home / "runs" / INDEX, [line | {"signature": signature(key, line) if key else ""}])
