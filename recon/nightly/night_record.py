"""The outcome of a night, and its record: a night that ran to its end answers from it.

The line of the run index names the sha256 of the record, the record that of the certificate, and
the certificate that of each report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from recon.durable import make_folder, replace, sync
from recon.errors import ReconError
from recon.ndjson import read_object
from recon.typed import typed
from recon.window import DATE

RESULTS = ("clean", "breaks", "incomplete")


@dataclass(frozen=True)
class Outcome:
    """The result of a night: clean, breaks or incomplete, and what to print of it.

    `run` is the number under which its inputs can be asked for again, `unproven` says what of the
    input is not proven complete, `other_settings` names those that the date did not run with,
    `certificate` is the sha256 of certificate.json,
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
    certificate: str = ""
    signals_not_followed: int = 0


def record_of(home: Path, system_date: date) -> Path:
    """The file of a night's record."""
    return home / "runs" / f"{system_date}.json"


def records(home: Path) -> list[Path]:
    """The records of the nights, oldest first."""
    return sorted(p for p in (home / "runs").glob("*.json") if DATE.fullmatch(p.stem))


def forget_record(home: Path, system_date: date) -> None:
    """Take the record of a night away before other reports of it are published, so that a kill
    leaves none."""
    path = record_of(home, system_date)
    if path.exists():
        path.unlink()
        sync(path.parent)


def keep_record(home: Path, outcome: Outcome) -> None:
    """Record a night whose input was complete; one that was not leaves no record."""
    if outcome.result != "incomplete":
        _write(record_of(home, outcome.system_date), text_of(outcome))


def text_of(outcome: Outcome) -> bytes:
    """The content of a record."""
    return json.dumps(asdict(outcome), indent=2, sort_keys=True, default=str).encode()


def read_record(path: Path) -> Outcome:
    """The recorded outcome of a night. Its reports are where this home is now."""
    try:
        values = read_object(path.read_bytes())
        values["system_date"] = date.fromisoformat(values["system_date"])
        values["reports"] = str(path.parents[1] / "reports" / path.stem)
        if values["result"] not in RESULTS:
            raise ValueError(f"result {values['result']!r}")
        return typed(Outcome, values)
    except (ValueError, TypeError, KeyError) as error:
        raise ReconError(
            expected="the record of a night",
            seen=str(error),
            where=str(path),
            next_step="remove the file and run the night again",
        ) from error


def _write(path: Path, text: bytes) -> None:
    """Whole or not at all."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    replace(temporary, path)
