"""What one run knows: the archive, the break log and the closings as they were when it began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recon.archive.manifest import Fetch, read_manifest
from recon.breaks.log import known_before, read_log
from recon.breaks.match import OPEN_STATES, Known
from recon.closings.load import open_items
from recon.closings.store import Closing, latest, read_index
from recon.errors import UsageError
from recon.nightly.run_index import Run, read_runs
from recon.settings import Settings


@dataclass(frozen=True)
class Knowledge:
    """Everything a night rests on. The same knowledge and rules give the same bytes.

    `closings` are those that were there when the night first ran: repeating it begins at the same
    one and restates against the same ones; `beginnings` are those of them made with the
    assumptions of this run. `versions` are the last of each date. `open_items` are what the last
    night left open, where it ran the same rules.
    """

    run: Run
    fetches: Sequence[Fetch]
    entries: Sequence[Mapping[str, Any]]
    known: Mapping[str, Known]
    closings: Mapping[str, Closing]
    beginnings: Mapping[str, Closing]
    versions: Mapping[str, Closing]
    open_items: Sequence[Mapping[str, Any]]

    @property
    def open_since(self) -> list[date]:
        """When each thing that is open, and that no closing carries, was first seen."""
        carried = {item["break_id"] for item in self.open_items}
        return [
            each.first_seen
            for identity, each in self.known.items()
            if each.state in OPEN_STATES and identity not in carried
        ]


def know(settings: Settings, system_date: date, rule_pack: str, earlier: Run | None) -> Knowledge:
    """What is known now, as the next run; or what an earlier run knew.

    Raises UsageError if that one ran other rules.
    """
    if earlier is not None and earlier.rule_pack != rule_pack:
        raise UsageError(
            expected=f"the rules of that run, pack {earlier.rule_pack[:12]}…",
            seen=f"pack {rule_pack[:12]}…",
            where=f"run {earlier.run} of {system_date}",
            next_step="use the release that ran then: other rules cannot give its answer; or"
            f" evaluate the date with these by `recon check --date {system_date}`",
        )
    fetches = read_manifest(settings.archive)
    entries = read_log(settings.home / "breaks")
    stored, runs = read_index(settings.home / "closings"), read_runs(settings.home)
    run = earlier or Run(
        run=len(runs) + 1,
        system_date=str(system_date),
        fetch=fetches[-1].fetch if fetches else 0,
        log=len(entries),
        rule_pack=rule_pack,
        lookback_sessions=settings.lookback_sessions,
        assumptions=dict(settings.assumptions),
        streams=settings.streams,
    )
    first = [each.run for each in runs if each.system_date == run.system_date]
    closings = latest(stored, min([*first, run.run]))
    left_by, items = open_items(settings.home / "closings", closings, system_date)
    same_rules = any(each.run == left_by and each.rule_pack == run.rule_pack for each in runs)
    return Knowledge(
        run=run,
        fetches=[fetch for fetch in fetches if fetch.fetch <= run.fetch],
        entries=entries[: run.log],
        known=known_before(entries[: run.log], system_date),
        closings=closings,
        beginnings=_beginnings(closings, run, runs),
        versions=latest(stored, run.run),
        open_items=items if same_rules else [],
    )


def _beginnings(
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
