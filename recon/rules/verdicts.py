"""The columns of a verdict, and how the rows that a rule gives become verdicts.

A rule says what is wrong and until when it may still come; whether that is a break already or still
pending is decided here, once for all rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

CONTRACT = {
    "account_id": "VARCHAR",
    "symbol": "VARCHAR",
    "subject": "VARCHAR",
    "verdict": "VARCHAR",
    "expected": "VARCHAR",
    "actual": "VARCHAR",
    "difference": "DECIMAL(38,9)",
    "unit": "VARCHAR",
    "due_date": "DATE",
    "evidence": "VARCHAR[]",
}
# A rule that has nothing to say in one of these leaves it out.
OPTIONAL = frozenset({"account_id", "symbol", "difference", "unit", "due_date"})
VERDICTS = ("pass", "within_tolerance", "pending", "break", "not_evaluated")
# What is due later is no break yet; a due date belongs to what is pending alone.
AWAITED = """
select
    * replace (if(verdict = 'pending', due_date, null) as due_date)
from (
    select
        * replace (
            if(verdict = 'break' and due_date > date '{system_date}', 'pending', verdict) as verdict
        )
    from {rows}
)
"""


def against_contract(columns: Mapping[str, str]) -> str:
    """What of a rule's columns and types is against the contract; empty where nothing is."""
    missing = [name for name in CONTRACT if name not in columns and name not in OPTIONAL]
    other = {
        name: kind for name, kind in columns.items() if CONTRACT.get(name, "no such column") != kind
    }
    said = [f"no column {name}" for name in missing]
    said += [f"{name} {kind} (not {CONTRACT.get(name, 'known')})" for name, kind in other.items()]
    return ", ".join(said)


def verdict_rows(rows: str, columns: Mapping[str, str], system_date: date) -> str:
    """The SELECT that gives the rows of a rule in the columns of the contract, by name.

    `rows` is a SELECT with those `columns`; what is left out is null.
    """
    chosen = ", ".join(
        name if name in columns else f"null::{kind} as {name}" for name, kind in CONTRACT.items()
    )
    return awaited(f"(select {chosen} from ({rows}))", system_date)  # noqa: S608 -- a rule


def awaited(rows: str, system_date: date) -> str:
    """The SELECT of those rows in which a break with a due date after the night's system date is
    pending until then. `rows` is a table or a SELECT in parentheses."""
    return AWAITED.format(rows=rows, system_date=system_date)
