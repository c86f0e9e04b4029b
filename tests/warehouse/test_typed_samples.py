"""Every published sample of the activity stream: loaded, booked and judged, contradictions too.

The guide leaves identities and accounts out, prints the legs of some actions in one sample, and
gives corporate actions no time; what is filled in here is in `messages`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.streams import ACTIVITIES
from recon.ledger.post import post_night
from recon.paths import folder
from recon.rules.catalog import find_rules
from recon.rules.run import run_rules
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night
from tests.ledger.making import COMPLETE, WHOLE

SAMPLES = folder("data") / "samples" / "activity-samples.json"
REVIEWED = Path(__file__).parent / "typed" / "verdicts.csv"
NIGHT = date(2026, 7, 28)
PACKS = ("corporate_actions", "fees", "income", "streams", "trades")
NOT_PASSED = """
select rule, verdict, coalesce(symbol, ''), subject, coalesce(expected, ''), coalesce(actual, '')
from verdicts where verdict <> 'pass' and rule <> 'streams/window_incomplete' order by all
"""


def messages() -> list[str]:
    """The samples as messages, one for each leg; R<line> or R<line>.<leg> is its `ref_id`."""
    told = []
    for line, sample in enumerate(json.loads(SAMPLES.read_text("utf-8"))["samples"], start=1):
        legs = str(sample["qty"]).count(" | ") + 1
        told += [json.dumps(_leg(sample, line, leg, legs)) for leg in range(legs)]
    return told


def _leg(sample: dict[str, Any], line: int, leg: int, legs: int) -> dict[str, Any]:
    shown = {name: value for name, value in sample.items() if name not in ("sample", "note")}
    for name in ("qty", "price", "net_amount"):
        if isinstance(shown[name], str) and legs > 1:
            shown[name] = shown[name].split(" | ")[leg]
    # A swap names no day at all; it gets that of the stream's other corporate actions.
    shown["executed_at"] = shown["executed_at"] or "2026-02-27T17:00:00Z"
    shown["at"] = shown["at"] or shown["executed_at"]
    reference = f"R{line}" if legs == 1 else f"R{line}.{leg + 1}"
    return {"ref_id": reference, "account_id": "A1", "status": "executed", **shown}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A night after the last sample, in books that begin with the first."""
    archive = tmp_path_factory.mktemp("archive")
    intake = Intake(Archive(archive, "2026-07-29T06:00:00Z"), ACTIVITIES, WHOLE)
    intake.take(messages())
    intake.record(COMPLETE)
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        show_night(connection, NIGHT, None)
        post_night(connection, NIGHT)
        rules = [rule for rule in find_rules() if rule.rule.partition("/")[0] in PACKS]
        run_rules(connection, rules, NIGHT)
        yield connection


def test_every_sample_is_one_event_and_none_is_malformed(night: duckdb.DuckDBPyConnection) -> None:
    """53 samples, of which one has three legs and fourteen have two; two are executions."""
    archived = night.execute(
        "select count(*), count(malformed), sum(len(unread)) from events.archived_messages"
    ).fetchall()
    assert archived == [(53 + 2 + 14, 0, 0)]
    assert night.execute("select count(*) from events.executions").fetchall() == [(2,)]
    assert night.execute("select count(*) from events.activities").fetchall() == [(67,)]


def test_every_posting_is_balanced(night: duckdb.DuckDBPyConnection) -> None:
    """Each event, commodity and measure sums to zero."""
    unbalanced = night.execute(
        "select event_id from postings"
        " group by event_id, commodity, measure having sum(amount) <> 0"
    ).fetchall()
    assert unbalanced == []


def test_the_cash_is_that_of_the_samples(night: duckdb.DuckDBPyConnection) -> None:
    """Added up by hand; a memo and the notional of contract swaps are no cash.

    In: 1382000 + 118.79 + 0.01 + 3203.13 + 28.25 + 0.03 + 8.29 + 1000 + 45.86 + 11.02 + 500
    = 1386915.38. Out: 19.21 + 930 + 7 + 4.81 + 0.01 + 0.02 + 0.02 + 3.01 + 0.03 + 8.47 = 972.58.
    The option is 9.3 for each of 100: the sample's 0.02 on top is the rule's, not the books'.
    """
    cash = night.execute(
        "select plain(sum(amount)) from postings where ledger_account = 'C:A1:CASH'"
    ).fetchall()
    assert cash == [("1385942.8",)]


def test_every_verdict_other_than_a_pass_is_reviewed(night: duckdb.DuckDBPyConnection) -> None:
    """A rule that changes its mind on a published sample must be looked at by a person."""
    with REVIEWED.open(newline="", encoding="utf-8") as file:
        reviewed = list(csv.DictReader(file))
    assert all(row["why"] for row in reviewed)
    columns = ("rule", "verdict", "symbol", "subject", "expected", "actual")
    expected = sorted(tuple(row[column] for column in columns) for row in reviewed)
    assert sorted(night.execute(NOT_PASSED).fetchall()) == expected
