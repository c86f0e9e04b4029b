"""Nights of the sandbox's books with faults planted: takes a seed and names, gives what broke.

A trial is pure: the same seed and names give the same rows. It runs in a folder of its own that is
gone afterwards, and in a process of its own where several run side by side.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pendulum

from recon.feeds.broker import Broker
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.faults.catalog import FAULTS, plant
from recon.sandbox.wire.server import Sandbox
from recon.settings import DEFAULTS, read_settings

WHOLE_HISTORY_DAYS = "30"
USUAL = DEFAULTS["streams"]
ALL = f"{USUAL},activities"
INCOMPLETE = "streams/window_incomplete"


@dataclass(frozen=True)
class Trial:
    """Books of a seed, and what is planted in them: nothing in right books."""

    seed: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What broke, over all nights: rule and account, once each; and where each fault was planted,
    in the order of the names."""

    trial: Trial
    accounts: tuple[str, ...]
    rows: frozenset[tuple[str, str]]


def together(books: Books, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The faults in as few books as have room for them: no two of one book are named by the same
    rule, and each is on an account of its own."""
    groups: list[tuple[str, ...]] = []
    for name in names:
        place = next((n for n, group in enumerate(groups) if _has_room(books, group, name)), None)
        if place is None:
            groups.append((name,))
        else:
            groups[place] += (name,)
    return groups


def reads_newer(name: str) -> bool:
    """Whether only the newer stream shows the fault."""
    return FAULTS[name].stream == "activities"


def run_trial(trial: Trial) -> Tried:
    """Right books on nights as an operator may run them; planted ones on the nights of the faults
    and on the night after each, when the missing thing is no longer awaited."""
    books, planted = plant(make_books(trial.seed), trial.names)
    days = sorted(books.closings)
    if trial.names:
        streams = ALL if reads_newer(trial.names[0]) else USUAL
        at = {place.system_date for place in planted}
        after = {day for earlier, day in itertools.pairwise(days) if earlier in at}
        rows = _breaks(books, sorted(at | after), streams, again=False)
    else:
        rows = _breaks(books, *_ways(days)[trial.seed % 4])
    return Tried(trial, tuple(place.account_id for place in planted), frozenset(rows))


def _ways(days: list[date]) -> list[tuple[list[date], str, bool]]:
    """Nights, streams, and whether each night is made again: the last one alone; every night; each
    other one, of the newer stream alone; every night twice."""
    newer = ALL.replace("nta,", "")
    return [(days[-1:], ALL, False), (days, ALL, False), (days[1::2], newer, False),
            (days[:3], USUAL, True)]  # fmt: skip


def _breaks(books: Books, days: list[date], streams: str, again: bool) -> Iterator[tuple[str, str]]:
    with contextlib.ExitStack() as running:
        home = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="recon-trial-")))
        sandbox = running.enter_context(Sandbox(books, as_of=days[0]))
        broker = running.enter_context(Broker(sandbox.url, sandbox.key, sandbox.secret))
        given = {"home": str(home), "broker_url": sandbox.url, "streams": streams,
                 "lookback_days": WHOLE_HISTORY_DAYS}  # fmt: skip
        settings = read_settings(given, {}, None)
        for day in days:
            sandbox.advance_to(day)
            now = pendulum.datetime(day.year, day.month, day.day).add(days=30)
            for remade in (False, True) if again else (False,):
                run_date(broker, settings, day, now, wait_seconds=0, again=remade, progress=SILENT)
            yield from _reported(home / "reports" / str(day) / "discrepancies.csv")


def _reported(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["state"] == "break":
                yield row["rule"], row["account_id"]


def _has_room(books: Books, group: Sequence[str], name: str) -> bool:
    """Whether one more fault fits to those. Where a reading is incomplete the rules over it say
    `not_evaluated`, so that fault is alone."""
    rules = {FAULTS[other].expected for other in group}
    if FAULTS[name].expected in rules or INCOMPLETE in rules | {FAULTS[name].expected}:
        return False
    if reads_newer(group[0]) != reads_newer(name):
        return False
    with contextlib.suppress(ValueError):
        plant(books, [*group, name])
        return True
    return False
