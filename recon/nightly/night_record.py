"""The outcome of a night, and its record: a night that ran to its end answers from it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from recon.errors import ReconError


@dataclass(frozen=True)
class Outcome:
    """The result of a night: clean, breaks or incomplete, and what to print of it.

    `run` is the number under which its inputs can be asked for again, `unproven` says what of the
    input is not proven complete, `other_settings` names those that the date did not run with,
    `signals_not_followed` counts ready signals that contradict others or the calendar.
    """

    system_date: date
    run: int
    result: str
    breaks: int
    pending: int
    not_evaluated: int
    checked: int
    worst: Sequence[dict[str, str]]
    concentration: str
    unopened: bool
    reports: str
    unproven: Sequence[str] = field(default_factory=list)
    other_settings: Sequence[str] = field(default_factory=list)
    signals_not_followed: int = 0


def record_of(home: Path, system_date: date) -> Path:
    """The file of a night's record."""
    return home / "runs" / f"{system_date}.json"


def keep_record(home: Path, outcome: Outcome) -> None:
    """Record a night whose input was complete. One that was not leaves no record: what an earlier
    one says is not what the certificate says now."""
    path = record_of(home, outcome.system_date)
    if outcome.result == "incomplete":
        path.unlink(missing_ok=True)
    else:
        _write(path, outcome)


def read_record(path: Path) -> Outcome:
    """The recorded outcome of a night. Its reports are where this home is now."""
    try:
        values = json.loads(path.read_bytes())
        values["system_date"] = date.fromisoformat(values["system_date"])
        values["reports"] = str(path.parents[1] / "reports" / path.stem)
        return Outcome(**values)
    except (ValueError, TypeError, KeyError) as error:
        raise ReconError(
            expected="the record of a night",
            seen=str(error),
            where=str(path),
            next_step="remove the file and run the night again",
        ) from error


def _write(path: Path, outcome: Outcome) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(outcome), file, indent=2, sort_keys=True, default=str)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
