"""The append-only break log: what the job saw of each break, and what people said of it.

NDJSON. A line of the job has `what` opened, changed, cleared or reopened, and what the break was
shown with (none in lines of 0.3.0); a line of a person has `what` said, with owner, reason_code and
comment. Running a night again replaces nothing: its lines are appended with a higher revision, and
the highest revision of a night counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recon.breaks.match import OPEN_STATES, Change, Known
from recon.errors import UsageError
from recon.held import held
from recon.ndjson import Damaged, Expected, Log, append_lines, read_chained, stop
from recon.typed import fit

NAME, LOCK = "log.ndjson", ".log.lock"
LOCK_SECONDS_MAX = 30
TEXTS = {
    "said": ("break_id", "owner", "reason_code", "comment"),
    "night": ("system_date",),
    "change": ("what", "system_date", "break_id", "state", "rule", "difference"),
}
AN_ENTRY = Expected("one JSON object with `what`", "restore the break log from a backup")


@dataclass(frozen=True)
class Said:
    """What people last said of a break."""

    owner: str = ""
    reason_code: str = ""
    comment: str = ""


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Every whole line, oldest first. A torn last line was never acknowledged."""
    return read_entries(folder).lines


def read_entries(folder: Path, damaged: Damaged = stop) -> Log[dict[str, Any]]:
    """The same, with the heads that the log has had."""
    return read_chained(folder / NAME, _entry, AN_ENTRY, damaged)


def known_before(entries: Iterable[Mapping[str, Any]], system_date: date) -> dict[str, Known]:
    """The state of every break as it was before that night."""
    nights: dict[str, tuple[int, list[Mapping[str, Any]]]] = {}
    for entry in entries:
        if entry["what"] != "said" and entry["system_date"] < system_date.isoformat():
            revision, lines = nights.get(entry["system_date"], (0, []))
            if entry["revision"] > revision:
                revision, lines = entry["revision"], []
            nights[entry["system_date"]] = (revision, [*lines, entry])
    known: dict[str, Known] = {}
    for night in sorted(nights):
        for entry in nights[night][1]:
            if entry["what"] == "night":
                continue
            before = known.get(entry["break_id"])
            known[entry["break_id"]] = Known(
                first_seen=before.first_seen if before else date.fromisoformat(night),
                state=entry["state"],
                rule=entry["rule"],
                difference=entry["difference"],
                evidence=tuple(entry.get("evidence", ())),
            )
    return known


def append_night(folder: Path, system_date: date, changes: Iterable[Change]) -> None:
    """Append a night's changes as its next revision. Nothing is written if nothing is new."""
    body = [_line(change) for change in changes]
    night = [entry for entry in read_log(folder) if entry.get("system_date") == str(system_date)]
    revision = max((entry["revision"] for entry in night), default=0)
    last = [entry for entry in night if entry["revision"] == revision and entry["what"] != "night"]
    if revision and last == [{**line, "revision": revision} for line in body]:
        return
    head = {"what": "night", "system_date": str(system_date)}
    _append(folder, [{**line, "revision": revision + 1} for line in [head, *body]])


def _line(change: Change) -> dict[str, Any]:
    return {
        "break_id": change.break_id,
        "what": change.what,
        "system_date": str(change.system_date),
        "state": change.state,
        "rule": change.rule,
        "difference": change.difference,
        "evidence": list(change.evidence),
    }


def say(folder: Path, break_id: str, said: Said, at: str) -> None:
    """Record what a person says of a break; empty texts leave what was said before.

    Raises UsageError for a break that no night has seen.
    """
    if all(entry.get("break_id") != break_id for entry in read_log(folder)):
        raise UsageError(
            expected="the id of a break that some night has seen",
            seen=repr(break_id),
            where=str(folder / NAME),
            next_step="copy the id from `recon breaks` or from discrepancies.csv",
        )
    _append(folder, [{"what": "said", "break_id": break_id, "at": at, **vars(said)}])


def said_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, Said]:
    """The last owner, reason and comment of each break."""
    said: dict[str, Said] = {}
    for entry in entries:
        if entry["what"] == "said":
            before = said.get(entry["break_id"], Said())
            said[entry["break_id"]] = Said(
                entry["owner"] or before.owner,
                entry["reason_code"] or before.reason_code,
                entry["comment"] or before.comment,
            )
    return said


def _append(folder: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines durably. A person may speak while a night is written: the lock keeps them apart.
    Raises LockedError."""
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder / LOCK, "nobody else who writes to the log", seconds_max=LOCK_SECONDS_MAX):
        append_lines(folder / NAME, lines)


def _entry(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the log; one of 0.3.0 has no evidence."""
    kind = line["what"] if line["what"] in ("said", "night") else "change"
    for name in TEXTS[kind]:
        fit(line[name], str, name)
    if kind != "said":
        fit(line["revision"], int, "revision")
        fit(line.get("evidence", []), list[str], "evidence")
        date.fromisoformat(line["system_date"])
    return line


def open_breaks(folder: Path) -> list[dict[str, str]]:
    """What is open after the last night, oldest first, with what people said of it."""
    entries = read_log(folder)
    said = said_of(entries)
    rows = [
        {
            "break_id": identity,
            "state": known.state,
            "rule": known.rule,
            "first_seen": str(known.first_seen),
            "difference": known.difference,
            **vars(said.get(identity, Said())),
        }
        for identity, known in known_before(entries, date.max).items()
        if known.state in OPEN_STATES
    ]
    return sorted(rows, key=lambda row: (row["first_seen"], row["rule"], row["break_id"]))
