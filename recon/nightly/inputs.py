"""What one night rests on: what was archived, the break log and the closings as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pendulum

from recon.archive.archive import Archive
from recon.archive.manifest import Fetch, opening_date
from recon.archive.required_inputs import RequiredInput, is_complete, required_inputs
from recon.breaks.log import known_before, read_entries
from recon.breaks.match import OPEN_STATES, Known
from recon.chain import BREAKS, CLOSINGS, MANIFEST, RUNS
from recon.closings.load import open_items
from recon.closings.store import Closing, latest, read_index_log
from recon.errors import UsageError
from recon.ndjson import Log
from recon.nightly.run_index import Run, next_run, read_run_log
from recon.rules.catalog import find_rules, pack_hash
from recon.rules.header import Rule
from recon.settings import Settings


@dataclass(frozen=True)
class NightInputs:
    """Everything a night rests on. The same inputs give the same bytes.

    `run` is the line that the run index has, or gets, of it. `closings` are those that were there
    when the night first ran: repeating it begins at the same one and restates against the same
    ones; `start_closings` are those of them made with the assumptions of this run. `versions` are
    the last of each date. `open_items` are what the last night left open, where it ran the same
    rules. `heads` are those of the four logs: of the manifest after the run's last fetch, of the
    others before the night first ran, since each evaluation adds to them. `acknowledged` are the
    lines by which people acknowledged a damage. `ran_before`: the run index has a run of the same
    rules, word for word.
    """

    home: Path
    system_date: date
    run: Run
    rules: Sequence[Rule]
    fetches: Sequence[Fetch]
    required: Sequence[RequiredInput]
    log: Sequence[Mapping[str, Any]]
    known: Mapping[str, Known]
    closings: Mapping[str, Closing]
    start_closings: Mapping[str, Closing]
    versions: Mapping[str, Closing]
    open_items: Sequence[Mapping[str, Any]]
    heads: Mapping[str, str]
    acknowledged: Sequence[Mapping[str, Any]]
    ran_before: bool

    @property
    def complete(self) -> bool:
        """Whether everything that money rests on is proven complete."""
        return is_complete(self.required)

    @property
    def opened(self) -> date | None:
        """The date whose statement opens the books; None where they begin at zero."""
        return opening_date(self.fetches)

    @property
    def open_since(self) -> list[date]:
        """When each thing that is open, and that no closing carries, was first seen."""
        carried = {item["break_id"] for item in self.open_items}
        return [
            each.first_seen
            for identity, each in self.known.items()
            if each.state in OPEN_STATES and identity not in carried
        ]


def read_inputs(
    settings: Settings,
    archive: Archive,
    system_date: date,
    ready: pendulum.DateTime,
    earlier: Run | None = None,
) -> NightInputs:
    """The inputs as they are now, for the next run; or as an earlier run had them. `ready` is when
    the broker was ready with the date.

    Raises UsageError if the earlier run ran other rules.
    """
    rules = find_rules()
    rule_pack = pack_hash(rules)
    if earlier is not None:
        _refuse_other_rules(earlier, rule_pack)
    entries, run_log = read_entries(settings.home / "breaks"), read_run_log(settings.home)
    index = read_index_log(settings.home / "closings")
    log, runs, stored = entries.lines, run_log.lines, index.lines
    run = earlier or next_run(
        settings, runs, system_date, archive.next_number - 1, len(log), rule_pack
    )
    fetches = [fetch for fetch in archive.fetches if fetch.fetch <= run.fetch]
    first = next((each for each in runs if each.system_date == run.system_date), run)
    closings = latest(stored, first.run)
    left_by, items = open_items(settings.home / "closings", closings, system_date)
    same_rules = any(each.run == left_by and each.rule_pack == run.rule_pack for each in runs)
    return NightInputs(
        home=settings.home,
        system_date=system_date,
        run=run,
        rules=rules,
        fetches=fetches,
        required=required_inputs(fetches, system_date, ready, run.streams),
        log=log[: run.log],
        known=known_before(log[: run.log], system_date),
        closings=closings,
        start_closings=_start_closings(closings, run, runs),
        versions=latest(stored, run.run),
        open_items=items if same_rules else [],
        heads={
            MANIFEST: archive.log.head_after(len(fetches)),
            BREAKS: entries.head_after(first.log),
            CLOSINGS: index.head_after(sum(each.run < first.run for each in stored)),
            RUNS: run_log.head_after(sum(each.run < first.run for each in runs)),
        },
        acknowledged=_acknowledged(archive.log, len(fetches)),
        ran_before=any(each.rule_pack == rule_pack for each in runs),
    )


def _acknowledged(log: Log[Fetch], count: int) -> list[dict[str, Any]]:
    """Those before the fetch that follows on the first so many."""
    after = log.numbers[count] if count < len(log.numbers) else len(log.heads)
    return [each for each in log.acknowledged if each["line"] < after]


def _refuse_other_rules(run: Run, rule_pack: str) -> None:
    if run.rule_pack != rule_pack:
        raise UsageError(
            expected=f"the rules of that run, pack {run.rule_pack[:12]}…",
            seen=f"pack {rule_pack[:12]}…",
            where=f"run {run.run} of {run.system_date}",
            next_step="use the release that ran then: other rules cannot give its answer; or"
            f" evaluate the date with these by `recon check --date {run.system_date}`",
        )


def _start_closings(
    closings: Mapping[str, Closing], run: Run, runs: Iterable[Run]
) -> dict[str, Closing]:
    """Those made with the assumptions of this run, and with lots where its cost method has them."""
    by_lots = run.assumptions.get("cost_method", "average") != "average"
    alike = {each.run for each in [*runs, run] if dict(each.assumptions) == dict(run.assumptions)}
    return {
        day: closing
        for day, closing in closings.items()
        if closing.run in alike and (closing.parts.get("lots") or not by_lots)
    }
