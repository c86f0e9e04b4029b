"""Open breaks and today's verdicts → opened, still open, changed, cleared, reopened. Pure.

A break is identified by its rule, account, symbol and subject, so that the same fault keeps its
name over nights while its amounts may change. It clears only on a night whose input is proven
complete and whose rules no longer find it. A thing that could not be evaluated that night keeps
the state it had, and so does everything of a rule that could not judge all that it found: silence
is no repair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from recon.rules.header import ITSELF

OPEN_STATES = ("break", "pending")


@dataclass(frozen=True)
class Finding:
    """One verdict `break` or `pending` of the night. Amounts are texts, exact."""

    break_id: str
    rule: str
    severity: str
    state: str
    account_id: str
    symbol: str
    subject: str
    expected: str
    actual: str
    difference: str
    unit: str
    due_date: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One line of the break log: what happened to a break on a night."""

    break_id: str
    what: str  # opened, changed, cleared, reopened
    system_date: date
    state: str
    rule: str
    difference: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the log knows of a break before tonight; the evidence is that of its last line."""

    first_seen: date
    state: str  # break, pending or cleared
    rule: str
    difference: str
    evidence: tuple[str, ...] = ()


def break_id(rule: str, account_id: str, symbol: str, subject: str) -> str:
    """Twelve hex digits, the same on every machine and every night."""
    key = "\0".join((rule, account_id, symbol, subject))
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def match(
    known: Mapping[str, Known],
    findings: Iterable[Finding],
    system_date: date,
) -> list[Change]:
    """What changed tonight, by break id. The night must be complete: what is not found is gone."""
    changes: list[Change] = []
    today = {finding.break_id: finding for finding in findings}
    for identity, finding in today.items():
        before = known.get(identity)
        what = _what(before, finding)
        if what is not None:
            found = (finding.state, finding.rule, finding.difference, finding.evidence)
            changes.append(Change(identity, what, system_date, *found))
    silent = {finding.rule for finding in today.values() if finding.subject == ITSELF}
    for identity, before in known.items():
        gone = identity not in today and before.rule not in silent
        if before.state in OPEN_STATES and gone:
            changes.append(Change(identity, "cleared", system_date, "cleared", before.rule, ""))
    return sorted(changes, key=lambda change: (change.break_id, change.what))


def _what(before: Known | None, finding: Finding) -> str | None:
    if before is None:
        return "opened"
    if before.state == "cleared":
        return "reopened"
    if (before.state, before.difference) != (finding.state, finding.difference):
        return "changed"
    return None
