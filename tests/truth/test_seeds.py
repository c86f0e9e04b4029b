"""The two ways to be wrong, measured: a false alarm on right books, silence on a planted fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from recon.archive.inbox import keep, open_inbox
from recon.calendar import sessions
from recon.cli.trials import Trial, run_trial, together
from recon.feeds.broker import Broker
from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.faults.catalog import FAULTS
from recon.sandbox.messages.upvest import Deliveries, upvest_deliveries
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import NOW, broker_of, settings_of
from tests.sandbox.upvest_faults import UPVEST_FAULTS, wrong_deliveries

SEEDS = range(100, 112)  # more by `recon sandbox measure`
FIRST = SEEDS[:4]
MORE = [pytest.param(seed, marks=pytest.mark.long) for seed in SEEDS[4:]]
FEW = range(100, 103)
WHOLE_HISTORY_DAYS = "30"
LIFECYCLE = "journal_status,funding_status,account_status,admin_action,ipo"
USUAL = f"trades,nta,{LIFECYCLE}"
ALL = f"trades,nta,activities,{LIFECYCLE}"
WAITING = {"money/pending_activity_stuck", "corporate_actions/cash_in_lieu_differs"}
NEWER_ALONE = f"activities,{LIFECYCLE}"


def nights(home: Path, books: Books, days: list[date], **options: str) -> list[Outcome]:
    """The outcome of each of those nights; the first one reads all that is before it too."""
    outcomes = []
    with Sandbox(books, as_of=days[0]) as sandbox, broker_of(sandbox) as broker:
        for day in days:
            sandbox.advance_to(day)
            outcomes.append(night(home, sandbox, broker, day, **options))
    return outcomes


def night(home: Path, sandbox: Sandbox, broker: Broker, day: date, **options: str) -> Outcome:
    """One night."""
    return run_date(
        broker,
        settings_of(home, sandbox.url, lookback_days=WHOLE_HISTORY_DAYS, **options),
        day,
        NOW,
        wait_seconds=0,
        again=False,
        progress=SILENT,
    )


def delivered(home: Path, deliveries: Deliveries) -> str:
    """Puts Upvest's bodies where the receiver does; gives the user's file of the accounts."""
    inbox = open_inbox(home / "archive")
    for number, body in enumerate(deliveries.bodies):
        keep(inbox, body.encode(), NOW.add(seconds=number))
    rows = [f"{account_id},,{other}" for account_id, other in deliveries.accounts.items()]
    file = home / "accounts.csv"
    file.write_text("\n".join(["account_id,kind,upvest_account_id", *rows]) + "\n", "utf-8")
    return str(file)


def assert_clean(outcome: Outcome) -> None:
    """Nothing is broken or waits for more than the right books leave to a later day."""
    waits = {row["rule"] for row in outcome.worst if row["state"] == "pending"}
    assert waits <= WAITING
    assert (outcome.result, outcome.breaks) == ("clean", 0)
    assert outcome.checked > 500


@pytest.mark.parametrize("seed", [*FIRST, *MORE])
def test_right_books_give_a_clean_night(seed: int, tmp_path: Path) -> None:
    """Everything that both brokers sent over six days, evaluated in one night, has no break."""
    books = make_books(seed)
    accounts = delivered(tmp_path, upvest_deliveries(books))
    (outcome,) = nights(tmp_path, books, [max(books.closings)], streams=ALL, accounts_file=accounts)
    assert_clean(outcome)


@pytest.mark.long
@pytest.mark.parametrize("streams", [USUAL, NEWER_ALONE])
@pytest.mark.parametrize("seed", FEW)
def test_right_books_are_clean_from_fewer_streams(seed: int, streams: str, tmp_path: Path) -> None:
    """What is not read is not missed; the newer stream alone is enough."""
    books = make_books(seed)
    (outcome,) = nights(tmp_path, books, [max(books.closings)], streams=streams)
    assert_clean(outcome)


GROUPS = together(make_books(11), list(FAULTS))
MORE_GROUPS = [pytest.param(names, marks=pytest.mark.long) for names in GROUPS[1:]]


@pytest.mark.parametrize("names", [GROUPS[0], *MORE_GROUPS], ids=" ".join)
def test_each_of_many_faults_is_found_and_named_by_its_rule(names: Sequence[str]) -> None:
    """No fault hides another, on another account or of the same day."""
    tried = run_trial(Trial(11, tuple(names)))
    expected = {
        (FAULTS[name].expected, account if FAULTS[name].names_account else "")
        for name, account in zip(names, tried.accounts, strict=True)
    }
    assert expected <= tried.rows


@pytest.mark.long
@pytest.mark.parametrize("name", UPVEST_FAULTS)
def test_a_fault_of_a_delivery_is_found_and_named_by_its_rule(name: str, tmp_path: Path) -> None:
    """On the last night of the books."""
    books = make_books(100)
    deliveries, place = wrong_deliveries(books, name)
    accounts = delivered(tmp_path, deliveries)
    (outcome,) = nights(tmp_path, books, [max(books.closings)], accounts_file=accounts)
    found = {(row["rule"], row["account_id"]) for row in outcome.worst if row["state"] == "break"}
    assert (UPVEST_FAULTS[name].expected, place) in found


def test_the_sandbox_days_are_sessions() -> None:
    """The books of the sandbox follow the calendar that the job uses."""
    assert set(make_books(1).closings) <= set(sessions())
