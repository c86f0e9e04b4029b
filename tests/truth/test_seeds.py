"""The two ways to be wrong, measured: a false alarm on right books, silence on a planted fault."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from recon.archive.inbox import keep, open_inbox
from recon.calendar import sessions
from recon.feeds.broker import Broker
from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.faults.catalog import FAULTS, plant
from recon.sandbox.messages.upvest import Deliveries, upvest_deliveries
from recon.sandbox.wire.server import Sandbox
from tests.nightly.longnights import report
from tests.nightly.nights import NOW, broker_of, settings_of
from tests.sandbox.upvest_faults import UPVEST_FAULTS, wrong_deliveries

SEEDS = range(100, 150)
FIRST = SEEDS[:4]
MORE = [pytest.param(seed, marks=pytest.mark.long) for seed in SEEDS[4:]]
FEW = range(100, 106)
WHOLE_HISTORY_DAYS = "30"
LIFECYCLE = "journal_status,funding_status,account_status,admin_action,ipo"
USUAL = f"trades,nta,{LIFECYCLE}"
ALL = f"trades,nta,activities,{LIFECYCLE}"
INCOMPLETE = "streams/window_incomplete"
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
    """Nothing is broken, and much was looked at."""
    assert (outcome.result, outcome.breaks, list(outcome.worst)) == ("clean", 0, [])
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


def breaks_found(home: Path, books: Books, names: Sequence[str]) -> set[tuple[str, str]]:
    """Rule and account of each break on the nights of those faults, and on the night after each,
    when the missing thing is no longer awaited."""
    books, planted = plant(books, names)
    streams = ALL if reads_newer(names[0]) else USUAL
    days = sorted(books.closings)
    each = {planted_on.system_date for planted_on in planted}
    after = {day for earlier, day in pairwise(days) if earlier in each}
    ran = nights(home, books, sorted(each | after), streams=streams)
    return {
        (row["rule"], row["account_id"])
        for outcome in ran
        for row in report(home, outcome.system_date, "discrepancies.csv")
        if row["state"] == "break"
    }


def named(books: Books, names: Sequence[str]) -> set[tuple[str, str]]:
    """What those faults must be called: the rule of each, and its account."""
    _, planted = plant(books, names)
    return {
        (FAULTS[name].expected, place.account_id if FAULTS[name].names_account else "")
        for name, place in zip(names, planted, strict=True)
    }


def reads_newer(name: str) -> bool:
    """Whether only the newer stream shows the fault."""
    return FAULTS[name].stream == "activities"


def together(books: Books) -> list[list[str]]:
    """The faults in as few books as have room for them: no two of one book are named by the same
    rule, and each is on an account of its own."""
    groups: list[list[str]] = []
    for name in FAULTS:
        home = next((group for group in groups if has_room(books, group, name)), None)
        if home is None:
            groups.append([name])
        else:
            home.append(name)
    return groups


def has_room(books: Books, group: Sequence[str], name: str) -> bool:
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


GROUPS = together(make_books(11))
MORE_GROUPS = [pytest.param(names, marks=pytest.mark.long) for names in GROUPS[1:]]


@pytest.mark.parametrize("names", [GROUPS[0], *MORE_GROUPS], ids=" ".join)
def test_each_of_many_faults_is_found_and_named_by_its_rule(
    names: Sequence[str], tmp_path: Path
) -> None:
    """No fault hides another, on another account or of the same day."""
    books = make_books(11)
    assert named(books, names) <= breaks_found(tmp_path, books, names)


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
