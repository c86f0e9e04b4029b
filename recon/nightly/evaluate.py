"""From the archive to the reports of one night, without asking the broker anything.

Takes the night's inputs; builds the warehouse in a temporary file, judges it, and publishes: the
closings, the reports, the warehouse for the readers, unless theirs is of a later night or of more
complete input, the break log and the run index. The same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pendulum

from recon.archive.archive import Archive
from recon.archive.required_inputs import unproven
from recon.breaks.log import append_night
from recon.breaks.match import match
from recon.chain import BREAKS, CLOSINGS, MANIFEST
from recon.closings.write import keep_closings
from recon.ndjson import heads_of
from recon.nightly.build import Start, build, choose_start, fresh_warehouse, is_small, swap_in
from recon.nightly.inputs import NightInputs, read_inputs
from recon.nightly.judge import Judgment, judge
from recon.nightly.night_record import Outcome, forget_record, text_of
from recon.nightly.run_index import Run, append_run
from recon.reports.publish import publish
from recon.reports.summary import concentration, looks_unopened, worst_first
from recon.settings import Settings
from recon.warehouse.connect import connect

ROWS_SHOWN_MAX = 20
SIGNALS = "streams/ready_signal_differs"


def evaluate(
    settings: Settings,
    archive: Archive,
    system_date: date,
    ready: pendulum.DateTime,
    earlier: Run | None = None,
    aside: str = "",
) -> Outcome:
    """Evaluate a night and publish its reports; `ready` is when the broker was ready with it. Only
    a complete night enters the break log and leaves closings.

    With an `earlier` run the inputs are those of that one. With `aside` the reports go to that
    folder below `reports`, and nothing that is published is touched.
    """
    inputs = read_inputs(settings, archive, system_date, ready, earlier)
    start, fresh = choose_start(inputs), fresh_warehouse(inputs.home)
    build(inputs, start, fresh)
    with connect(fresh, read_only=True, small=is_small(inputs, start)) as connection:
        judgment = judge(connection, inputs, settings.chain_key)
        if inputs.complete and not aside:
            _keep_closings(connection, inputs, start, judgment)
    if not aside:
        forget_record(inputs.home, system_date)  # it says what was published before
    reports = publish(inputs.home / "reports" / aside, system_date, judgment.files)
    outcome = _outcome(inputs, judgment, reports)
    if aside:
        fresh.unlink()
    else:
        _make_count(inputs, judgment, fresh, outcome, settings.chain_key)
    return outcome


def _keep_closings(
    connection: duckdb.DuckDBPyConnection, inputs: NightInputs, start: Start, judgment: Judgment
) -> None:
    """Leave the closings of the night's days."""
    keep_closings(
        connection,
        inputs.home / "closings",
        inputs.versions,
        start.days,
        [vars(finding) for finding in judgment.findings],
        run=inputs.run.run,
        fetch=inputs.run.fetch,
        heads={MANIFEST: inputs.heads[MANIFEST]},
    )


def _make_count(
    inputs: NightInputs, judgment: Judgment, fresh: Path, outcome: Outcome, key: str
) -> None:
    """The warehouse to the readers, the changes to the break log, the run to the index."""
    record = hashlib.sha256(text_of(outcome)).hexdigest() if inputs.complete else ""
    run = replace(
        inputs.run, result=judgment.result, certificate=outcome.certificate, record=record
    )
    home = inputs.home
    if not swap_in(home, fresh, run):
        fresh.unlink()
    if inputs.complete:
        changes = match(inputs.known, judgment.findings, inputs.system_date)
        append_night(home / "breaks", inputs.system_date, changes)
    others = {log: heads_of(home / log)[-1] for log in (BREAKS, CLOSINGS)}
    append_run(home, replace(run, heads={MANIFEST: inputs.heads[MANIFEST], **others}), key)


def _outcome(inputs: NightInputs, judgment: Judgment, reports: Path) -> Outcome:
    """What to print of the night, and to record."""
    rows, rules = judgment.rows, judgment.tables["rules"]
    broken = sum(row["state"] == "break" for row in rows)
    first_night = not inputs.known and inputs.opened is None
    accounts = len(judgment.tables["cash_proof"])
    return Outcome(
        system_date=inputs.system_date,
        run=inputs.run.run,
        result=judgment.result,
        breaks=broken,
        pending=len(rows) - broken,
        not_evaluated=sum(int(row["not_evaluated"]) for row in rules),
        checked=sum(int(row["checked"]) for row in rules),
        worst=[dict(row) for row in worst_first(rows)[:ROWS_SHOWN_MAX]],
        concentration=concentration(rows),
        unopened=looks_unopened(rows, accounts, first_night=first_night),
        reports=str(reports),
        unproven=unproven(inputs.required, inputs.fetches),
        certificate=hashlib.sha256(judgment.files["certificate.json"]).hexdigest(),
        signals_not_followed=sum(
            row["rule"] == SIGNALS and row["state"] == "break" for row in rows
        ),
    )
