"""The warehouse of one night, made from the archive as a new file: tables, ledger, verdicts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recon.archive.manifest import Fetch, opening_date
from recon.breaks.log import known_before
from recon.breaks.standing import keep_evidence
from recon.closings.carry import carry_open_items
from recon.closings.load import (
    carried_identities,
    load_closings,
    load_earlier_positions,
    load_start,
)
from recon.closings.store import Closing
from recon.ledger.post import post_night
from recon.nightly.run_index import Run, leads, read_runs
from recon.reports.certificate import Need
from recon.rules.header import Rule
from recon.rules.run import run_rules
from recon.warehouse.connect import connect, lock_down
from recon.warehouse.load import load_break_log, load_coverage, load_events, show_night

WAREHOUSE = "warehouse.duckdb"


@dataclass(frozen=True)
class Night:
    """What a night is made of. `start` is the closing it begins with, `closings` are those it
    knows, `lines_of` those made with its readings, `days` the ones whose closing it makes,
    `open_items` what the last night left open, `log` the break log."""

    system_date: date
    fetches: Sequence[Fetch]
    needs: Sequence[Need]
    rules: Sequence[Rule]
    start: Closing | None
    closings: Mapping[str, Closing]
    lines_of: Mapping[str, Closing]
    readings: Mapping[str, str]
    days: Sequence[date]
    open_items: Sequence[Mapping[str, Any]]
    log: Sequence[Mapping[str, Any]]

    @property
    def complete(self) -> bool:
        """Whether everything that money rests on is proven complete."""
        return all(need.complete for need in self.needs if need.binding)

    @property
    def base(self) -> date | None:
        """The date of the closing it begins with; None at the beginning of the books."""
        return date.fromisoformat(self.start.system_date) if self.start else None

    @property
    def begins_after(self) -> date | None:
        """The last date that the books of this night take as given."""
        return self.base or opening_date(self.fetches)


def build(home: Path, night: Night, path: Path) -> None:
    """Make the warehouse file. Raises SegmentDamaged, ClosingDamaged, LedgerError, RuleError."""
    for left in (path, path.with_name(path.name + ".wal")):
        left.unlink(missing_ok=True)
    with connect(path) as connection:
        connection.begin()
        carried = carried_identities(home / "closings", night.start)
        load_events(connection, home / "archive", night.fetches, night.base, carried)
        load_coverage(
            connection,
            [
                (need.stream, need.window.since, need.window.until, need.complete)
                for need in night.needs
            ],
        )
        load_start(connection, home / "closings", night.start, night.lines_of, night.open_items)
        if night.base:
            load_earlier_positions(connection, home / "closings", night.closings, night.base)
        load_closings(connection, home / "closings", night.closings, night.days)
        load_break_log(connection, night.log, night.system_date)
        show_night(connection, night.system_date, night.begins_after)
        connection.execute(
            "create or replace table main.rule_pack (rule varchar, severity varchar, title varchar)"
        )
        connection.executemany(
            "insert into rule_pack values (?, ?, ?)",
            [(rule.rule, rule.severity, rule.title) for rule in night.rules],
        )
        lock_down(connection)
        post_night(connection, night.system_date, night.readings)
        connection.commit()
        incomplete = {need.stream for need in night.needs if not need.complete}
        run_rules(connection, night.rules, night.system_date, incomplete)
        keep_evidence(connection, known_before(night.log, night.system_date))
        if night.start:
            reads = {rule.rule: rule.reads for rule in night.rules}
            carry_open_items(connection, reads, night.system_date)


def swap_in(home: Path, fresh: Path, run: Run) -> bool:
    """Make the file the readers' warehouse, and say whether it is: never where theirs is of a later
    night or of more complete input."""
    if not leads(run, read_runs(home)):
        return False
    # What a reader wrote into the old file, and left in its log, does not belong to the new one.
    (home / f"{WAREHOUSE}.wal").unlink(missing_ok=True)
    os.replace(fresh, home / WAREHOUSE)
    return True
