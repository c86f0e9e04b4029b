"""Takes the night's verdicts and what was known before, gives the breaks for finance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import duckdb

from recon.breaks.log import Said
from recon.breaks.match import OPEN_STATES, Finding, Known, break_id
from recon.reports.rows import read_rows
from recon.rules.header import ITSELF, ITSELF_TITLE, Rule

COLUMNS = (
    "break_id",
    "rule",
    "severity",
    "state",
    "system_date",
    "account_id",
    "symbol",
    "subject",
    "expected",
    "actual",
    "difference",
    "unit",
    "evidence",
    "explanation",
    "first_seen",
    "age_business_days",
    "owner",
    "reason_code",
    "comment",
)
OPEN_VERDICTS = """
select
    rule, severity, verdict, coalesce(account_id, '') as account_id,
    coalesce(symbol, '') as symbol, subject, coalesce(expected, '') as expected,
    coalesce(actual, '') as actual, coalesce(plain(difference), '') as difference,
    coalesce(unit, '') as unit, coalesce(due_date::varchar, '') as due_date,
    coalesce(evidence, []) as evidence
from verdicts
where verdict in ('break', 'pending', 'not_evaluated')
order by severity, rule, account_id, symbol, subject
"""


def read_findings(
    connection: duckdb.DuckDBPyConnection, known: Mapping[str, Known]
) -> list[Finding]:
    """Breaks and pending things of the night, the most severe first. What could not be evaluated
    keeps the state and the difference it had before, and is left out if it was not open."""
    findings = []
    for row in read_rows(connection, OPEN_VERDICTS)[1]:
        state, evidence = row.pop("verdict"), tuple(filter(None, row.pop("evidence")))
        identity = break_id(row["rule"], row["account_id"], row["symbol"], row["subject"])
        if state == "not_evaluated":
            before = known.get(identity)
            if before is None or before.state not in OPEN_STATES:
                continue
            state, row["difference"] = before.state, before.difference
        findings.append(Finding(break_id=identity, state=state, evidence=evidence, **row))
    return findings


def as_rows(
    findings: Iterable[Finding],
    known: Mapping[str, Known],
    said: Mapping[str, Said],
    rules: Iterable[Rule],
    system_date: date,
    sessions: Sequence[date],
) -> list[dict[str, str]]:
    """The rows of `discrepancies.csv`, every value a text."""
    titles = {rule.rule: rule.title for rule in rules}
    rows = []
    for finding in findings:
        before = known.get(finding.break_id)
        first_seen = before.first_seen if before else system_date
        spoken = said.get(finding.break_id, Said())
        values = {
            "system_date": str(system_date),
            "evidence": " ".join(finding.evidence),
            "explanation": explain(
                finding, title_of(finding.subject, titles.get(finding.rule, ""))
            ),
            "first_seen": str(first_seen),
            "age_business_days": str(sum(first_seen < day <= system_date for day in sessions)),
            **vars(spoken),
        }
        rows.append({name: str((vars(finding) | values)[name]) for name in COLUMNS})
    return rows


def title_of(subject: str, title: str) -> str:
    """The title of a rule, unless the break is one of the rule itself."""
    return ITSELF_TITLE if subject == ITSELF else title


def explain(finding: Finding, title: str) -> str:
    """One sentence: what is wrong, by how much, and until when it may still come right."""
    place = " ".join(part for part in (finding.symbol, finding.subject) if part)
    sentence = f"{title} ({place}): expected {finding.expected or 'nothing'}, "
    sentence += f"saw {finding.actual or 'nothing'}"
    if finding.difference:
        sentence += f", difference {finding.difference} {finding.unit}".rstrip()
    if finding.state == "pending":
        sentence += f"; awaited until {finding.due_date}"
    return sentence + "."
