"""What stays open does not depend on where a night begins.

The labelled faults planted together, over all nights of the books, each looking back one session:
what is open after each night is what the whole books, looked at from their beginning, have open.
Extreme events too, of which many lie in no later night's segments.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recon.cli.trials import reads_newer, together
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.catalog import FAULTS, plant
from recon.sandbox.wire.server import Sandbox
from tests.nightly.extremes import alone
from tests.nightly.longbooks import DAYS, PLAIN, make_long_books, trade
from tests.nightly.longnights import base_of, query, rebuild, run_long
from tests.nightly.nights import broker_of, right_books
from tests.nightly.test_hostile_events import ingest
from tests.truth.test_seeds import ALL, USUAL, night

WHOLE = 250  # sessions: more than any books here have
OPEN = """
select
    rule, account_id, symbol, subject, verdict, coalesce(expected, '') as expected,
    coalesce(actual, '') as actual, difference, due_date
from verdicts where verdict in ('break', 'pending') order by all
"""
# All groups and the extremes take ten minutes: by a command, as tests/README.md says.
EVERYTHING = os.environ.get("RECON_CARRIED") == "all"
GROUPS = together(make_books(11), list(FAULTS))[: None if EVERYTHING else 1]
STREAMS = [("trades", "trades_v1", "nta", "activities")] if EVERYTHING else [("trades_v1",)]
pytestmark = pytest.mark.long


def assert_as_whole_books(home: Path, day: date) -> None:
    """The night began late, and left open what the whole books do."""
    found = query(home, OPEN)
    rebuild(home, day, WHOLE)
    assert query(home, OPEN) == found


@pytest.mark.parametrize("names", GROUPS, ids=" ".join)
def test_planted_faults_stay_open(names: Sequence[str], tmp_path: Path) -> None:
    """Six nights, of which the last four begin two sessions before."""
    books, _ = plant(make_books(11), names)
    streams = ALL if reads_newer(names[0]) else USUAL
    days = sorted(books.closings)
    begun = all_nights(tmp_path, books, days, streams)
    assert begun[2:] == days[:4]


def all_nights(home: Path, books: Books, days: list[date], streams: str) -> list[date | None]:
    """Where each night began; the last one is compared."""
    begun = []
    with Sandbox(books, as_of=days[0]) as sandbox, broker_of(sandbox) as broker:
        for day in days:
            sandbox.advance_to(day)
            night(home, sandbox, broker, day, streams=streams, lookback_sessions="1")
            begun.append(base_of(home))
    assert_as_whole_books(home, days[-1])
    return begun


def without_price(execution_id: str, instead: str) -> Event:
    """A fill of day 2 with something in place of its price."""
    fill = trade(2, PLAIN, execution_id, "buy", ("1", "7"), "5")
    assert '"price":"7"' in fill.text
    return replace(fill, raw=fill.text.replace('"price":"7"', instead))


def test_what_a_fill_without_price_left_open_stays_open(tmp_path: Path) -> None:
    """And one whose price cannot be read, which is said twice: as an event, and as an execution."""
    books = make_long_books()
    odd = [
        without_price("X-WITHOUT", '"no":""'),
        without_price("X-UNREAD", '"price":"much"'),
    ]
    trades = tuple(sorted([*books.trades, *odd], key=lambda event: event.published))
    run_long(tmp_path, replace(books, trades=trades), DAYS[1:5])
    assert base_of(tmp_path) == DAYS[2]
    subjects = f"select subject from ({OPEN}) where rule = 'streams/event_malformed' order by all"
    assert query(tmp_path, subjects) == [
        ("event X-UNREAD of trades",), ("execution X-UNREAD",), ("execution X-WITHOUT",),
    ]  # fmt: skip


@pytest.mark.parametrize("streams", STREAMS, ids=" ".join)
def test_extreme_events_stay_open(streams: Sequence[str], tmp_path: Path) -> None:
    """Each value at the edge of its type, among right books: three nights, the last of which begins
    after the day of all of them."""
    home, books = tmp_path / "home", right_books()
    days = sorted(books.closings)
    run_long(home, books, days[:1])
    for stream in streams:
        found = [event.text for event in alone() if event.stream == stream]
        ingest(home, stream, found)
    run_long(home, books, days[1:4])
    assert_as_whole_books(home, days[3])
