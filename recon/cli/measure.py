"""How often the job is wrong, counted: right books that break, and faults that nothing names."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from recon.cli.trials import Trial, Tried, run_trial, together
from recon.sandbox.books.make import make_books
from recon.sandbox.faults.catalog import FAULTS

FIRST_SEED = 100


@dataclass
class Area:
    """The counts of one family of rules; `missed` are the faults that their rule did not name."""

    planted: int = 0
    found: int = 0
    by_its_rule: int = 0
    rows: int = 0
    missed: list[str] = field(default_factory=list)

    def count(self, label: str, expected: str, found: Counter[str]) -> None:
        """One more fault, and the rules that named its account."""
        self.planted += 1
        self.found += bool(found)
        self.by_its_rule += bool(found[expected])
        self.rows += found.total()
        if not found[expected]:
            self.missed.append(f"{label}: found by {', '.join(+found) or 'nothing'}")


@dataclass
class Measured:
    """All counts. `false_alarms` are the break rows of right books, `elsewhere` those on accounts
    where nothing was planted: a fault of two accounts has some by right."""

    right: int = 0
    false_alarms: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    areas: dict[str, Area] = field(default_factory=dict)


def measure(seeds: int, right: int, area: str, done: Callable[[int, int], None]) -> Measured:
    """So many right books, and each fault of the area (empty for all) planted in so many; `done`
    hears how many trials of how many have ended. Every core runs one at a time."""
    names = [name for name, fault in FAULTS.items() if area in ("", _area(fault.expected))]
    trials = [Trial(FIRST_SEED + number) for number in range(right)]
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        trials += [Trial(seed, group) for group in together(make_books(seed), names)]
    measured = Measured()
    spawned = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), spawned) as pool:
        for number, tried in enumerate(pool.map(run_trial, trials), start=1):
            _count(measured, tried)
            done(number, len(trials))
    return measured


def _count(measured: Measured, tried: Tried) -> None:
    if not tried.trial.names:
        measured.right += 1
        measured.false_alarms.update(f"{rule} of seed {tried.trial.seed}" for rule, _ in tried.rows)
        return
    unplaced = Counter(rule for rule, account in tried.rows if account not in tried.accounts)
    for name, account in zip(tried.trial.names, tried.accounts, strict=True):
        fault = FAULTS[name]
        found = Counter(rule for rule, other in tried.rows if other == account)
        if not fault.names_account:
            found[fault.expected] += unplaced.pop(fault.expected, 0)
        measured.areas.setdefault(_area(fault.expected), Area()).count(
            f"{name} of seed {tried.trial.seed}", fault.expected, found
        )
    measured.elsewhere += unplaced


def table(measured: Measured) -> Iterator[str]:
    """The counts as Markdown, then what was missed, one line each."""
    yield f"right books: {measured.right} seeds, {measured.false_alarms.total()} false alarms"
    yield "| area | planted | found | by the expected rule | rows per fault |"
    yield "|---|---|---|---|---|"
    for name, area in sorted(measured.areas.items()):
        mean = f"{area.rows / area.planted:.1f}"
        yield f"| {name} | {area.planted} | {area.found} | {area.by_its_rule} | {mean} |"
    yield from (f"false alarm: {each}" for each in sorted(measured.false_alarms))
    yield from (f"missed: {each}" for area in measured.areas.values() for each in area.missed)
    for rule, rows in measured.elsewhere.most_common():
        yield f"on accounts where nothing was planted: {rule}, {rows} rows"


def _area(rule: str) -> str:
    return rule.partition("/")[0]
