"""The two ways to be wrong, measured: a false alarm on right books, silence on a planted fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recon.calendar import sessions
from recon.feeds.broker import Broker
from recon.nightly.evaluate import Outcome
from recon.nightly.run import run_date
from recon.sandbox.books import make_books
from recon.sandbox.faults import FAULTS, plant
from recon.sandbox.model import Books
from recon.sandbox.server import Sandbox
from tests.nightly.nights import NOW, broker_of, quiet, settings_of, tracked

SEEDS = range(100, 150)
WHOLE_HISTORY_DAYS = "30"


def nights(home: Path, books: Books, days: list[date]) -> list[Outcome]:
    """The outcome of each of those nights; the first one reads all that is before it too."""
    outcomes = []
    with Sandbox(books, as_of=days[0]) as sandbox, broker_of(sandbox) as broker:
        for day in days:
            sandbox.advance_to(day)
            outcomes.append(night(home, sandbox, broker, day))
    return outcomes


def night(home: Path, sandbox: Sandbox, broker: Broker, day: date) -> Outcome:
    """One night."""
    return run_date(
        broker,
        settings_of(home, sandbox.url, lookback_days=WHOLE_HISTORY_DAYS),
        day,
        NOW,
        wait_seconds=0,
        again=False,
        note=quiet,
        tracked=tracked,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_right_books_give_a_clean_night(seed: int, tmp_path: Path) -> None:
    """Everything that happened over six days, evaluated in one night, has no break."""
    books = make_books(seed)
    outcome = nights(tmp_path, books, [max(books.closings)])[0]
    assert (outcome.result, outcome.breaks, list(outcome.worst)) == ("clean", 0, [])
    assert outcome.checked > 500


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_named_by_its_rule(name: str, tmp_path: Path) -> None:
    """On the night of the fault, or on the next when the missing thing was still awaited."""
    books, (planted,) = plant(make_books(11), [name])
    after = [day for day in sorted(books.closings) if day > planted.system_date][:1]
    found = {
        (row["rule"], row["account_id"])
        for outcome in nights(tmp_path, books, [planted.system_date, *after])
        for row in outcome.worst
        if row["state"] == "break"
    }
    account_id = planted.account_id if FAULTS[name].names_account else ""
    assert (FAULTS[name].expected, account_id) in found


def test_the_sandbox_days_are_sessions() -> None:
    """The books of the sandbox follow the calendar that the job uses."""
    assert set(make_books(1).closings) <= set(sessions())
