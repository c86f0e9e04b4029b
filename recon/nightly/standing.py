"""How a home stands: what is open, of which night, and whether that night's input was complete.

Takes RECON_HOME; gives what stands before every list of breaks, so that nothing is taken for a
clean night that nobody looked at. Reads the break log and what is published.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from recon.breaks.log import open_breaks, read_log
from recon.errors import UsageError
from recon.ndjson import read_object
from recon.reports.publish import certificates

DETAILS = ("severity", "account_id", "symbol", "subject", "unit")
ROW = (
    "break_id", "state", "severity", "first_seen", "rule", "account_id", "symbol", "difference",
    "unit", "owner", "reason_code", "subject", "comment",
)  # fmt: skip


class NothingChecked(UsageError):
    """No night was ever evaluated on complete input; `evaluated` says whether any was at all."""

    evaluated = False


@dataclass(frozen=True)
class Standing:
    """The last night whose input was complete, and what is open after it.

    `severities` counts the open breaks, pending things apart. `incomplete` is the last night where
    that one's input is not proven complete, and `unproven` the feeds that lack.
    """

    system_date: date
    rows: Sequence[Mapping[str, str]]
    severities: Mapping[str, int]
    pending: int
    checked: int
    not_evaluated: int
    incomplete: date | None
    unproven: Sequence[str]

    @property
    def open(self) -> int:
        """How many breaks are open."""
        return sum(self.severities.values())

    @property
    def line(self) -> str:
        """The one line that stands before anything else."""
        kinds = ", ".join(f"{count} {name}" for name, count in self.severities.items())
        counts = (
            f"{self.open} open{f' ({kinds})' if kinds else ''}, {self.pending} pending,"
            f" {self.not_evaluated:,} not evaluated of {self.checked:,} checked"
        )
        if self.incomplete is None:
            return f"{self.system_date}, input complete: {counts}"
        before = ", as it was before" if self.incomplete == self.system_date else ""
        return (
            f"the night of {self.incomplete} is INCOMPLETE ({', '.join(self.unproven)} not proven);"
            f" open breaks are those of {self.system_date}{before}: {counts}"
        )


def read_standing(home: Path) -> Standing:
    """How the home stands. Raises NothingChecked where no night was certified."""
    nights = [e["system_date"] for e in read_log(home / "breaks") if e["what"] != "said"]
    last = [path.parent for path in certificates(home)[-1:]]
    lacking = [] if not last else _unproven(last[0])
    if not nights:
        raise _nothing_checked(home, last, lacking)
    system_date = max(nights)
    checked, not_evaluated = _counts(home / "reports" / system_date)
    rows = _with_details(home, system_date)
    broken = Counter(row["severity"] or "?" for row in rows if row["state"] == "break")
    return Standing(
        system_date=date.fromisoformat(system_date),
        rows=rows,
        severities=dict(sorted(broken.items())),
        pending=len(rows) - broken.total(),
        checked=checked,
        not_evaluated=not_evaluated,
        incomplete=date.fromisoformat(last[0].name) if lacking and last else None,
        unproven=lacking,
    )


def _with_details(home: Path, system_date: str) -> list[dict[str, str]]:
    """What is open, with what the reports of that night say of each."""
    with _reading(home / "reports" / system_date / "discrepancies.csv") as report:
        lines = csv.DictReader(io.StringIO(report.decode(), newline=""))
        reported = {row["break_id"]: row for row in lines}
    rows = []
    for row in open_breaks(home / "breaks"):
        details = reported.get(row["break_id"], {})
        values = {name: details.get(name) or "" for name in DETAILS} | row
        rows.append({name: values[name] for name in ROW})
    return rows


def _unproven(folder: Path) -> list[str]:
    """The feeds for want of which a night is not certified; empty where it is."""
    with _reading(folder / "certificate.json") as text:
        certificate = read_object(text)
        if certificate["certified"]:
            return []
        needed = [need for need in certificate["needed"] if need.get("binding", True)]
        lacking = [str(need["stream"]) for need in needed if not need["complete"]]
        return lacking or ["its input"]


def _counts(folder: Path) -> tuple[int, int]:
    """How many pairs the rules of a night checked, and how many they could not evaluate."""
    with _reading(folder / "certificate.json") as text:
        rules = read_object(text)["rules"].values()
        return (
            sum(int(rule["checked"]) for rule in rules),
            sum(int(rule["not_evaluated"]) for rule in rules),
        )


@contextlib.contextmanager
def _reading(report: Path) -> Iterator[bytes]:
    """A published report. Raises UsageError where it is gone, or is not read as a report."""
    try:
        yield report.read_bytes()
    except (OSError, ValueError, TypeError, LookupError, AttributeError, csv.Error) as error:
        said = error.strerror if isinstance(error, OSError) else "it was changed since"
        raise UsageError(
            expected="the reports of a night that the break log knows",
            seen=f"{said}: {report.name}",
            where=str(report.parent),
            next_step=f"make them again with `recon check --date {report.parent.name}`",
        ) from error


def _nothing_checked(home: Path, last: Sequence[Path], lacking: Sequence[str]) -> NothingChecked:
    """Silence would be taken for a clean night."""
    if last:
        seen = (
            f"only incomplete nights, the last of {last[0].name}: {', '.join(lacking)} not proven"
        )
    elif (home / "archive").is_dir():
        seen = "an archive, and no night that was evaluated"
    else:
        seen = "no archive" if home.is_dir() else "no such folder"
    error = NothingChecked(
        expected="a home where a night was checked on complete input",
        seen=f"{seen}: nothing was checked",
        where=str(home),
        next_step="run `recon run --date D`, or name the right RECON_HOME with --home",
    )
    error.evaluated = bool(last)
    return error
