"""What a night's warehouse says: its findings, and every report rendered from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from recon.breaks.log import said_of
from recon.breaks.match import Finding
from recon.calendar import sessions
from recon.nightly.inputs import NightInputs
from recon.nightly.texts import verify_texts
from recon.paths import folder
from recon.reports.certificate import certificate
from recon.reports.findings import COLUMNS, as_rows, read_findings
from recon.reports.rows import read_rows
from recon.reports.table import to_csv

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Judgment:
    """The result of a night: clean, breaks or incomplete. `rows` are those of discrepancies.csv,
    `tables` those of the other reports by name, `files` the content of each file of them."""

    result: str
    findings: Sequence[Finding]
    rows: Sequence[dict[str, str]]
    tables: Mapping[str, Rows]
    files: Mapping[str, bytes]


def judge(connection: duckdb.DuckDBPyConnection, inputs: NightInputs, key: str = "") -> Judgment:
    """Read a warehouse that was built from those inputs; changes nothing. Raises SegmentDamaged
    where a text that it rests on is not what was archived."""
    findings = read_findings(connection, inputs.known)
    files, tables = _tables(connection)
    _, own_rates = read_rows(connection, "from own_rates order by line")
    rows = as_rows(
        findings, inputs.known, said_of(inputs.log), inputs.rules, inputs.system_date, sessions()
    )
    files["discrepancies.csv"] = to_csv(COLUMNS, rows)
    broken = any(row["state"] == "break" for row in rows)
    result = "incomplete" if not inputs.complete else "breaks" if broken else "clean"
    files["certificate.json"] = certificate(
        system_date=inputs.system_date,
        result=result,
        fetches=inputs.fetches,
        required=inputs.required,
        accounts=tables["accounts_asked"],
        rules=tables["rules"],
        rule_pack=inputs.run.rule_pack,
        reports=files,
        own_rates=own_rates,
        verified=verify_texts(connection, inputs),
        heads=inputs.heads,
        acknowledged=inputs.acknowledged,
        key=key,
    )
    return Judgment(result, findings, rows, tables, files)


def _tables(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, bytes], dict[str, list[dict[str, str]]]]:
    """Every file of `sql/reports` as a CSV, and its rows beside."""
    files, tables = {}, {}
    for file in sorted((folder("sql") / "reports").glob("*.sql")):
        columns, rows = read_rows(connection, file.read_text(encoding="utf-8"))
        tables[file.stem] = [
            {column: "" if value is None else str(value) for column, value in row.items()}
            for row in rows
        ]
        files[f"{file.stem}.csv"] = to_csv(columns, tables[file.stem])
    return files, tables
