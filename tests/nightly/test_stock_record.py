"""The broker's totals per security in a night: compared where it gives them, never needed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from recon.archive.manifest import read_manifest
from recon.feeds.streams import EOD_AGGREGATE
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from tests.nightly.nights import MONDAY, TUESDAY, WEDNESDAY, right_books, run_night, run_nights

RULE = "statements/stock_record_differs"


def rows(home: Path, name: str, day: object = MONDAY) -> list[dict[str, str]]:
    """A report as rows."""
    with (home / "reports" / str(day) / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def counted(home: Path) -> dict[str, str]:
    """What the rule says it looked at."""
    (row,) = [row for row in rows(home, "rules.csv") if row["rule"] == RULE]
    return row


def test_every_listed_security_is_compared_and_shown(tmp_path: Path) -> None:
    """Options and sweep units are not in the broker's list, and are said to be not evaluated."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        assert run_night(sandbox, tmp_path, MONDAY).result == "clean"
    report = rows(tmp_path, "stock_record.csv")
    assert list(report[0]) == [
        "symbol", "long", "short", "accounts", "stated_long", "stated_short", "stated_accounts",
        "difference", "verdict",
    ]  # fmt: skip
    listed = [row for row in report if row["stated_accounts"]]
    assert len(listed) > 3
    for row in listed:
        assert (row["difference"], row["verdict"]) == ("0", "pass")
        assert (row["long"], row["short"], row["accounts"]) == (
            row["stated_long"], row["stated_short"], row["stated_accounts"],
        )  # fmt: skip
    absent = [row for row in report if row["verdict"] == "not_evaluated"]
    assert len(absent) == int(counted(tmp_path)["not_evaluated"]) > 0
    assert all(len(row["symbol"]) > 6 for row in absent)


@pytest.mark.parametrize(("status", "times"), [(403, 1), (404, 1), (500, 9)])
def test_a_broker_that_does_not_give_the_list_does_not_stop_the_night(
    tmp_path: Path, status: int, times: int
) -> None:
    """Not every key may read it, and nothing that makes a night certifiable rests on it."""
    refusing = TransportFault("status", path=EOD_AGGREGATE.path, status=status, times=times)
    with Sandbox(right_books(), as_of=MONDAY, transport=(refusing,)) as sandbox:
        outcome = run_night(sandbox, tmp_path, MONDAY)
    assert outcome.result == "clean"
    counts = counted(tmp_path)
    assert int(counts["checked"]) == int(counts["not_evaluated"]) > 3
    assert EOD_AGGREGATE.name not in {fetch.stream for fetch in read_manifest(tmp_path / "archive")}
    assert {row["stated_long"] for row in rows(tmp_path, "stock_record.csv")} == {""}


@pytest.mark.long
def test_a_wrong_total_is_one_break_and_the_only_one(tmp_path: Path) -> None:
    """It names the security; the accounts and their statements are right."""
    home = run_nights(tmp_path, ["aggregate_position_wrong"], [MONDAY, TUESDAY, WEDNESDAY])
    assert [outcome.breaks for outcome in home.outcomes] == [0, 0, 1]
    (planted,) = home.planted
    (row,) = rows(tmp_path, "discrepancies.csv", WEDNESDAY)
    assert (row["rule"], row["account_id"], row["symbol"]) == (RULE, "", planted.symbol)
    assert (row["subject"], row["difference"]) == ("stock record", "1")
