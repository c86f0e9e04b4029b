"""From the archive to the reports of one night, without asking the broker anything.

Builds the warehouse in a temporary file, posts the ledger, runs the rules, matches the breaks,
renders the reports, and then swaps the warehouse in whole for the readers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.manifest import opening_date, read_manifest
from recon.breaks.log import append_night, known_before, read_log, said_of
from recon.breaks.match import match
from recon.ledger.post import post_night
from recon.reports.certificate import Need, certificate
from recon.reports.findings import COLUMNS, as_rows, read_findings, sessions
from recon.reports.publish import publish
from recon.reports.summary import concentration, looks_unopened, worst_first
from recon.reports.table import to_csv
from recon.resources import folder
from recon.rules.catalog import find_rules, pack_hash
from recon.rules.header import Rule
from recon.rules.run import run_rules
from recon.warehouse.connect import connect, lock_down
from recon.warehouse.load import load_coverage, load_events, show_night

WAREHOUSE = "warehouse.duckdb"


@dataclass(frozen=True)
class Outcome:
    """The result of a night: clean, breaks or incomplete, and what to print of it."""

    system_date: date
    result: str
    breaks: int
    pending: int
    not_evaluated: int
    checked: int
    worst: Sequence[dict[str, str]]
    concentration: str
    unopened: bool
    reports: str


def evaluate(home: Path, system_date: date, needs: Sequence[Need]) -> Outcome:
    """Evaluate a night and publish its reports. Only a complete night enters the break log."""
    rules = find_rules()
    entries = read_log(home / "breaks")
    known = known_before(entries, system_date)
    fresh = home / f".{WAREHOUSE}.new"
    build(home, system_date, needs, rules, fresh)
    with connect(fresh, read_only=True) as connection:
        findings = read_findings(connection, known)
        rows = as_rows(findings, known, said_of(entries), rules, system_date, sessions(connection))
        files = {"discrepancies.csv": to_csv(COLUMNS, rows)}
        counts = _table(connection, "rules", files)
        _table(connection, "positions_proof", files)
        _table(connection, "cash_proof", files)
        accounts = connection.execute("select count(*) from account_currencies").fetchall()[0][0]
    complete = all(need.complete for need in needs)
    broken = sum(row["state"] == "break" for row in rows)
    result = "incomplete" if not complete else "breaks" if broken else "clean"
    fetches = read_manifest(home / "archive")
    files["certificate.json"] = certificate(
        system_date=system_date,
        result=result,
        fetches=fetches,
        needs=needs,
        rules=counts,
        rule_pack=pack_hash(rules),
        reports=files,
    )
    reports = publish(home, system_date, files)
    os.replace(fresh, home / WAREHOUSE)
    if complete:
        append_night(home / "breaks", system_date, match(known, findings, system_date))
    return Outcome(
        system_date=system_date,
        result=result,
        breaks=broken,
        pending=len(rows) - broken,
        not_evaluated=sum(int(row["not_evaluated"]) for row in counts),
        checked=sum(int(row["checked"]) for row in counts),
        worst=[dict(row) for row in worst_first(rows)],
        concentration=concentration(rows),
        unopened=looks_unopened(
            rows, accounts, first_night=not known and opening_date(fetches) is None
        ),
        reports=str(reports),
    )


def build(
    home: Path, system_date: date, needs: Sequence[Need], rules: Sequence[Rule], path: Path
) -> None:
    """Make the whole warehouse of a night from the archive, as a new file."""
    path.unlink(missing_ok=True)
    fetches = read_manifest(home / "archive")
    with connect(path) as connection:
        connection.begin()
        load_events(connection, home / "archive", fetches)
        load_coverage(
            connection,
            [(need.stream, need.window.since, need.window.until, need.complete) for need in needs],
        )
        show_night(connection, system_date, opening_date(fetches))
        connection.execute(
            "create or replace table main.rule_pack (rule varchar, severity varchar, title varchar)"
        )
        connection.executemany(
            "insert into rule_pack values (?, ?, ?)",
            [(rule.rule, rule.severity, rule.title) for rule in rules],
        )
        lock_down(connection)
        post_night(connection, system_date)
        run_rules(
            connection, rules, system_date, {need.stream for need in needs if not need.complete}
        )
        connection.commit()


def _table(
    connection: duckdb.DuckDBPyConnection, name: str, files: dict[str, bytes]
) -> list[dict[str, str]]:
    """Run `sql/reports/<name>.sql` into `<name>.csv`; gives its rows too."""
    frame = connection.sql((folder("sql") / "reports" / f"{name}.sql").read_text("utf-8")).pl()
    rows = [{column: str(value) for column, value in row.items()} for row in frame.to_dicts()]
    files[f"{name}.csv"] = to_csv(frame.columns, rows)
    return rows
