"""Why a break is a break: one sentence, the events around it, the raw texts, the SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from recon.archive.archive import Archive
from recon.archive.segment import read_texts
from recon.breaks.match import break_id
from recon.errors import UsageError
from recon.paths import folder
from recon.reports.findings import title_of
from recon.warehouse.connect import connect

AROUND = 3  # events shown before the first and after the last of the evidence
FINDING = """
select rule, coalesce(account_id, '') as account_id, coalesce(symbol, '') as symbol, subject,
    verdict, coalesce(expected, 'nothing') as expected, coalesce(actual, 'nothing') as actual,
    coalesce(plain(difference), '') as difference, coalesce(unit, '') as unit,
    coalesce(evidence, []) as evidence
from verdicts where verdict <> 'pass' order by all
"""
# Executions and activities of one account (and symbol) in the order they came; of all
# accounts where the break names none.
TIMELINE = """
with happened as (
    select receipt_order, event_at, execution_id as event, event as what, account_id, symbol,
        plain(qty) as qty, plain(price) as amount
    from executions
    union all
    select receipt_order, event_at, activity_id, concat_ws('/', entry_type, entry_sub_type),
        account_id, symbol, plain(qty), plain(net_amount)
    from activities
)
select event_at::varchar as event_at, event, what, symbol, qty, amount, event in $evidence as named
from happened
where event in $evidence
    or (account_id = $account_id and $symbol in ('', symbol))
    or ($account_id = '' and symbol = $symbol)
order by event_at, receipt_order
"""


@dataclass(frozen=True)
class Explanation:
    """Everything that `recon explain` shows of one break."""

    sentence: str
    timeline: list[dict[str, Any]]
    raw: dict[str, str]
    rule: str
    sql: str


def explain_published(home: Path, wanted: str) -> Explanation:
    """Explain a break of the last night that was evaluated. Raises UsageError."""
    warehouse = home / "warehouse.duckdb"
    if not warehouse.is_file():
        raise UsageError(
            expected="a warehouse that a night has published",
            seen="no file",
            where=str(warehouse),
            next_step="run `recon run --date D`, or name the right RECON_HOME with --home",
        )
    with connect(warehouse, read_only=True) as connection:
        return explain_break(connection, home, wanted)


def explain_break(connection: duckdb.DuckDBPyConnection, home: Path, wanted: str) -> Explanation:
    """Explain a break of the published warehouse. Raises UsageError for an unknown id."""
    row = _finding(connection, home, wanted)
    sql = folder("sql") / "rules" / f"{row['rule']}.sql"
    title = connection.execute(
        "select title from rule_pack where rule = ?", [row["rule"]]
    ).fetchall()[0][0]
    place = " ".join(row[name] for name in ("account_id", "symbol", "subject") if row[name])
    what = title_of(row["subject"], title)
    sentence = f"{what}: {place}: expected {row['expected']}, saw {row['actual']}"
    if row["difference"]:
        sentence += f", difference {row['difference']} {row['unit']}".rstrip()
    return Explanation(
        sentence=f"{sentence} ({row['verdict']}).",
        timeline=_timeline(connection, row),
        raw=_raw_texts(connection, home, row["evidence"]),
        rule=row["rule"],
        sql=sql.read_text("utf-8"),
    )


def _finding(connection: duckdb.DuckDBPyConnection, home: Path, wanted: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = connection.sql(FINDING).pl().to_dicts()
    for row in rows:
        if break_id(row["rule"], row["account_id"], row["symbol"], row["subject"]) == wanted:
            return row
    night = connection.execute("select system_date from night").fetchall()[0][0]
    named = _night_with(home, wanted)
    raise UsageError(
        expected=f"a break_id of the night of {night}",
        seen=repr(wanted),
        where="the warehouse of that night",
        next_step=f"`recon explain --date {named} {wanted}`: it is in that night's report"
        if named
        else "copy the id from the first column of a discrepancies.csv, and give its --date",
    )


def _night_with(home: Path, wanted: str) -> str:
    """The last date whose published discrepancies.csv has that break; empty where none has it."""
    begin = f"{wanted},".encode()
    for report in sorted((home / "reports").glob("????-??-??/discrepancies.csv"), reverse=True):
        if any(line.startswith(begin) for line in report.read_bytes().splitlines()):
            return report.parent.name
    return ""


def _timeline(
    connection: duckdb.DuckDBPyConnection, row: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The events of the account and symbol around those that the break names."""
    params = {
        "account_id": row["account_id"],
        "symbol": row["symbol"],
        "evidence": list(row["evidence"]) or [""],
    }
    events: list[dict[str, Any]] = connection.sql(TIMELINE, params=params).pl().to_dicts()
    named = [index for index, event in enumerate(events) if event["named"]]
    first, last = (named[0], named[-1]) if named else (max(0, len(events) - 2), len(events))
    return events[max(0, first - AROUND) : last + AROUND + 1]


def _raw_texts(
    connection: duckdb.DuckDBPyConnection, home: Path, evidence: list[str]
) -> dict[str, str]:
    """The exact texts the broker sent for those identities, as archived."""
    if not evidence:
        return {}
    rows = connection.execute(
        'select identity, stream, segment, "row" from events.archived_messages'
        " where identity in $evidence order by identity, segment, row",
        {"evidence": evidence},
    ).fetchall()
    archive = Archive(home / "archive")
    segments = {
        (fetch.stream, segment.name): segment
        for fetch in archive.fetches
        for segment in fetch.segments
    }
    texts: dict[str, str] = {}
    for identity, stream, segment, number in rows:
        lines = list(read_texts(archive.folder / stream, segments[stream, segment]))
        texts[f"{identity} ({stream} {segment} row {number})"] = lines[number]
    return texts
