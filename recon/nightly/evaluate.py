"""From the archive to the reports of one night, without asking the broker anything.

Takes what a run knows of the archive, the break log and the closings; builds the warehouse in a
temporary file, matches the breaks, renders the reports, and swaps the warehouse in whole for the
readers, unless theirs is of a later night or of more complete input. The same knowledge and the
same rules give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from recon.archive.manifest import Fetch, opening_date
from recon.breaks.log import append_night, said_of
from recon.breaks.match import match
from recon.calendar import sessions
from recon.closings.start import choose_start, closing_days
from recon.closings.write import keep_closings
from recon.nightly.build import WAREHOUSE, Night, build, swap_in
from recon.nightly.inputs import Knowledge, know
from recon.nightly.required_inputs import unproven
from recon.nightly.run_index import Run, append_run
from recon.paths import folder
from recon.reports.certificate import Need, certificate
from recon.reports.findings import COLUMNS, as_rows, read_findings
from recon.reports.publish import publish
from recon.reports.summary import concentration, looks_unopened, worst_first
from recon.reports.table import to_csv
from recon.rules.catalog import find_rules, pack_hash
from recon.rules.header import Rule
from recon.settings import Settings
from recon.warehouse.connect import connect

ROWS_SHOWN_MAX = 20
Needs = Callable[[Sequence[Fetch], Sequence[str]], Sequence[Need]]


@dataclass(frozen=True)
class Outcome:
    """The result of a night: clean, breaks or incomplete, and what to print of it.

    `run` is the number under which what was known can be asked for again, `unproven` says what of
    the input is not proven complete, `other_settings` names those that the date did not run with.
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


def evaluate(
    settings: Settings,
    system_date: date,
    needs: Needs,
    earlier: Run | None = None,
    aside: str = "",
) -> Outcome:
    """Evaluate a night and publish its reports. Only a complete night enters the break log and
    leaves closings.

    With an `earlier` run only what that one knew counts. With `aside` the reports go to that folder
    below `reports`, and nothing that is published is touched.
    """
    rules = find_rules()
    home = settings.home
    knowledge = know(settings, system_date, pack_hash(rules), earlier)
    needed = needs(knowledge.fetches, knowledge.run.streams)
    night = plan(system_date, knowledge, needed, rules)
    fresh = home / f".{WAREHOUSE}.new"
    build(home, night, fresh)
    with connect(fresh, read_only=True) as connection:
        findings = read_findings(connection, knowledge.known)
        files, tables = _tables(connection)
        own_rates = connection.sql("from own_rates order by line").pl().to_dicts()
        if night.complete and not aside:
            keep_closings(
                connection,
                home / "closings",
                knowledge.versions,
                night.days,
                [vars(finding) for finding in findings],
                run=knowledge.run.run,
                fetch=knowledge.run.fetch,
            )
    said = said_of(knowledge.entries)
    rows = as_rows(findings, knowledge.known, said, rules, system_date, sessions())
    files["discrepancies.csv"] = to_csv(COLUMNS, rows)
    broken = sum(row["state"] == "break" for row in rows)
    result = "incomplete" if not night.complete else "breaks" if broken else "clean"
    files["certificate.json"] = certificate(
        system_date=system_date,
        result=result,
        fetches=knowledge.fetches,
        needs=needed,
        accounts=tables["accounts_asked"],
        rules=tables["rules"],
        rule_pack=knowledge.run.rule_pack,
        reports=files,
        own_rates=own_rates,
    )
    folder = publish(home / "reports" / aside, system_date, files)
    if aside:
        fresh.unlink()
    else:
        run = replace(knowledge.run, result=result)
        if not swap_in(home, fresh, run):
            fresh.unlink()
        if night.complete:
            append_night(
                home / "breaks", system_date, match(knowledge.known, findings, system_date)
            )
        append_run(home, run)
    return _outcome(system_date, knowledge, needed, result, rows, tables, folder)


def plan(
    system_date: date,
    knowledge: Knowledge,
    needs: Sequence[Need],
    rules: Sequence[Rule],
) -> Night:
    """Where the night begins, and which days it closes."""
    start = choose_start(
        knowledge.beginnings,
        knowledge.fetches,
        sessions(),
        system_date,
        knowledge.open_since,
        knowledge.run.lookback_sessions,
    )
    return Night(
        system_date=system_date,
        fetches=knowledge.fetches,
        needs=needs,
        rules=rules,
        start=start,
        closings=knowledge.closings,
        lines_of=knowledge.beginnings,
        assumptions=knowledge.run.assumptions,
        days=closing_days(
            knowledge.closings.values(), knowledge.fetches, sessions(), system_date, start
        ),
        open_items=knowledge.open_items,
        log=knowledge.entries,
    )


def _outcome(
    system_date: date,
    knowledge: Knowledge,
    needed: Sequence[Need],
    result: str,
    rows: Sequence[dict[str, str]],
    tables: Mapping[str, Sequence[Mapping[str, str]]],
    reports: Path,
) -> Outcome:
    broken = sum(row["state"] == "break" for row in rows)
    first_night = not knowledge.known and opening_date(knowledge.fetches) is None
    return Outcome(
        system_date=system_date,
        run=knowledge.run.run,
        result=result,
        breaks=broken,
        pending=len(rows) - broken,
        not_evaluated=sum(int(row["not_evaluated"]) for row in tables["rules"]),
        checked=sum(int(row["checked"]) for row in tables["rules"]),
        worst=[dict(row) for row in worst_first(rows)[:ROWS_SHOWN_MAX]],
        concentration=concentration(rows),
        unopened=looks_unopened(rows, len(tables["cash_proof"]), first_night=first_night),
        reports=str(reports),
        unproven=unproven(needed, knowledge.fetches),
    )


def _tables(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, bytes], dict[str, list[dict[str, str]]]]:
    """Every file of `sql/reports` as a CSV, and its rows beside."""
    files, tables = {}, {}
    for file in sorted((folder("sql") / "reports").glob("*.sql")):
        frame = connection.sql(file.read_text(encoding="utf-8")).pl()
        rows: list[dict[str, Any]] = frame.to_dicts()
        tables[file.stem] = [
            {column: "" if value is None else str(value) for column, value in row.items()}
            for row in rows
        ]
        files[f"{file.stem}.csv"] = to_csv(frame.columns, tables[file.stem])
    return files, tables
