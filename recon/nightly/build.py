"""The warehouse of one night, made from its inputs as a new file: tables, ledger, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from recon.breaks.standing import keep_evidence
from recon.calendar import sessions
from recon.closings.carry import carry_open_items
from recon.closings.load import (
    carried_identities,
    load_closings,
    load_earlier_positions,
    load_start,
)
from recon.closings.start import choose_closing, closing_days
from recon.closings.store import Closing
from recon.durable import replace
from recon.ledger.post import post_night
from recon.nightly.inputs import NightInputs
from recon.nightly.run_index import Run, leads, read_runs
from recon.rules.header import Rule
from recon.rules.run import run_rules
from recon.warehouse.connect import connect, lock_down, settle
from recon.warehouse.descriptions import put_descriptions
from recon.warehouse.load import load_break_log, load_coverage, load_events, show_night

WAREHOUSE = "warehouse.duckdb"
SMALL_BELOW = 20_000  # messages


@dataclass(frozen=True)
class Start:
    """Where a night begins: after a closing, or with the books. `days` are those whose closing the
    night makes."""

    closing: Closing | None
    days: Sequence[date]

    @property
    def closed_on(self) -> date | None:
        """The date of the closing; None at the beginning of the books."""
        return date.fromisoformat(self.closing.system_date) if self.closing else None


def choose_start(inputs: NightInputs) -> Start:
    """Where the night begins, and which days it closes."""
    closing = choose_closing(
        inputs.start_closings,
        inputs.fetches,
        sessions(),
        inputs.system_date,
        inputs.open_since,
        inputs.run.lookback_sessions,
    )
    days = closing_days(
        inputs.closings.values(), inputs.fetches, sessions(), inputs.system_date, closing
    )
    return Start(closing, days)


def is_small(inputs: NightInputs, start: Start) -> bool:
    """Whether the night reads so little that a second thread would cost more than it does."""
    base = str(start.closed_on or "")
    segments = [segment for fetch in inputs.fetches for segment in fetch.segments]
    read = [each.rows for each in segments if not each.last_day or each.last_day > base]
    return sum(read) < SMALL_BELOW


def fresh_warehouse(home: Path) -> Path:
    """The file that a night's warehouse is made in, before readers see it."""
    return home / f".{WAREHOUSE}.new"


def build(inputs: NightInputs, start: Start, path: Path) -> None:
    """Make the warehouse file. Raises SegmentDamaged, ClosingDamaged, LedgerError, RuleError."""
    for left in (path, path.with_name(path.name + ".wal")):
        left.unlink(missing_ok=True)
    with connect(path, small=is_small(inputs, start)) as connection:
        connection.begin()
        _load(connection, inputs, start)
        show_night(connection, inputs.system_date, start.closed_on or inputs.opened)
        show_rules(connection, inputs.rules)
        lock_down(connection)
        post_night(connection, inputs.system_date, inputs.run.assumptions)
        connection.commit()
        incomplete = {each.stream for each in inputs.required if not each.complete}
        run_rules(
            connection, inputs.rules, inputs.system_date, incomplete, proven=inputs.ran_before
        )
        keep_evidence(connection, inputs.known)
        if start.closing:
            reads = {rule.rule: rule.reads for rule in inputs.rules}
            carry_open_items(connection, reads, inputs.system_date)
        put_descriptions(connection)
        settle(connection, path)


def _load(connection: duckdb.DuckDBPyConnection, inputs: NightInputs, start: Start) -> None:
    """Fill schema `events` with what was archived, and what was known beside it."""
    closings = inputs.home / "closings"
    carried = carried_identities(closings, start.closing)
    load_events(connection, inputs.home / "archive", inputs.fetches, start.closed_on, carried)
    load_coverage(
        connection,
        [
            (each.stream, each.window.since, each.window.until, each.complete)
            for each in inputs.required
        ],
    )
    load_start(connection, closings, start.closing, inputs.start_closings, inputs.open_items)
    if start.closed_on:
        load_earlier_positions(connection, closings, inputs.closings, start.closed_on)
    load_closings(connection, closings, inputs.closings, start.days)
    load_break_log(connection, inputs.log, inputs.system_date)


def show_rules(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> None:
    """The table `rule_pack`: what each rule is called."""
    connection.execute(
        "create or replace table main.rule_pack (rule varchar, severity varchar, title varchar)"
    )
    connection.execute(
        "insert into rule_pack select unnest($rule::varchar[]),"
        " unnest($severity::varchar[]), unnest($title::varchar[])",
        {name: [getattr(rule, name) for rule in rules] for name in ("rule", "severity", "title")},
    )


def swap_in(home: Path, fresh: Path, run: Run) -> bool:
    """Make the file the readers' warehouse, and say whether it is: never where theirs is of a later
    night or of more complete input."""
    if not leads(run, read_runs(home)):
        return False
    # What a reader wrote into the old file, and left in its log, does not belong to the new one.
    (home / f"{WAREHOUSE}.wal").unlink(missing_ok=True)
    replace(fresh, home / WAREHOUSE)
    return True
