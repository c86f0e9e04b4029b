"""No event of any size or date ends a night: each is in the ledger or named, and no other account
has another verdict for it.

`RECON_EXTREMES` says how many pairs are tried, `RECON_EXTREMES_SEED` which.
"""

from __future__ import annotations

import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon.nightly.build import WAREHOUSE
from recon.nightly.night_record import Outcome
from recon.nightly.run import check_date
from recon.rules.header import ITSELF
from recon.sandbox.wire.server import Sandbox
from recon.warehouse.connect import connect
from tests.nightly.extremes import alone, exercised, paired
from tests.nightly.nights import MONDAY, right_books, run_night, settings_of
from tests.nightly.test_hostile_events import ingest

PAIRS = int(os.environ.get("RECON_EXTREMES", "300"))
SEED = int(os.environ.get("RECON_EXTREMES_SEED", "1"))
EVENTS = [*alone(), *paired(SEED, PAIRS), *exercised(SEED, 12)]
pytestmark = pytest.mark.long
BOOKED = ("trades", "trades_v1", "nta", "activities")
OF_ACCOUNTS = """
select rule, account_id, symbol, subject, verdict, expected, actual, difference, due_date
from verdicts where account_id in (select unnest($accounts::varchar[])) order by all
"""
NAMED = """
select subject from verdicts
where rule = 'streams/event_malformed' and verdict = 'break' and subject like 'event X-%'
"""
EVIDENCE = "select distinct unnest(evidence) from verdicts"


class Night:
    """A clean night, and the same one looked at again with the events."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with Sandbox(right_books(), as_of=MONDAY) as sandbox:
            assert run_night(sandbox, home, MONDAY).result == "clean"
        accounts = [account.account_id for account in right_books().accounts]
        self.before = self.rows(OF_ACCOUNTS, accounts=accounts)
        by_stream: dict[str, list[str]] = defaultdict(list)
        for event in EVENTS:
            by_stream[event.stream].append(event.text)
        for stream, texts in by_stream.items():
            assert ingest(home, stream, texts) == len(texts)
        self.outcome: Outcome = check_date(settings_of(home, "http://127.0.0.1:9"), MONDAY)
        self.after = self.rows(OF_ACCOUNTS, accounts=accounts)

    def rows(self, query: str, **params: Any) -> list[tuple[Any, ...]]:
        """Of the warehouse of the night."""
        with connect(self.home / WAREHOUSE, read_only=True) as warehouse:
            return warehouse.execute(query, params).fetchall()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One night for all events."""
    return Night(tmp_path_factory.mktemp("extremes") / "home")


def test_the_night_ends_with_its_code_and_a_certificate(night: Night) -> None:
    """And it is not clean."""
    assert night.outcome.result == "breaks"
    assert (Path(night.outcome.reports) / "certificate.json").exists()


def test_other_accounts_have_the_verdicts_that_they_have_without(night: Night) -> None:
    """To the last column."""
    assert len(night.before) > 100
    assert night.after == night.before


def test_no_rule_stops_for_all_because_of_one(night: Night) -> None:
    """What a rule cannot judge is a break of the account whose data it is."""
    stopped = night.rows(
        "select rule, actual from verdicts where subject = $itself"
        " and account_id is null and symbol is null",
        itself=ITSELF,
    )
    assert stopped == []


def test_what_no_book_holds_is_named(night: Night) -> None:
    """Event by event where money moves, else by the member."""
    named = {subject for (subject,) in night.rows(NAMED)}
    odd = {f"event {e.identity} of {e.stream}" for e in EVENTS if e.odd and e.stream in BOOKED}
    assert odd - named == set()
    shapes = {
        subject
        for (subject,) in night.rows(
            "select subject from verdicts where rule = 'streams/shape_unknown'"
            " and verdict = 'break'"
        )
    }
    others = [event for event in EVENTS if event.odd and event.stream not in BOOKED]
    assert {event.stream for event in others} <= {subject.split(" of ")[-1] for subject in shapes}


def test_each_event_is_booked_exactly_or_named(night: Night) -> None:
    """Money of a deposit is in the books to the last digit; nothing is lost silently."""
    posted = {event for (event,) in night.rows("select distinct event_id from postings")}
    evidence = {identity for (identity,) in night.rows(EVIDENCE)}
    named = {subject.split(" ")[1] for (subject,) in night.rows(NAMED)}
    lost = [
        event.identity
        for event in EVENTS
        if event.stream in BOOKED and event.identity not in posted | evidence | named
    ]
    assert lost == []
    amounts = dict(
        night.rows(
            "select event_id, sum(amount) from postings where measure = 'CASH'"
            " and ledger_account like 'C:X-%' group by event_id"
        )
    )
    for number, value in enumerate(("999999999999999.999999999", "-999999999999999.999999999")):
        assert amounts[f"X-nta-net_amount-{number}"] == Decimal(value)
