"""Comparing the older streams with the activity stream before one replaces the other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.feeds.streams import ACTIVITIES, NTA, TRADES, Stream
from recon.sandbox.books.make import make_books
from recon.sandbox.messages.typed import typed_activities
from tests.cli.calling import call_here
from tests.ledger.making import COMPLETE, WHOLE, texts
from tests.sandbox.replay import executions_in, parse

DAY = "2026-06-15"
LEGACY = {
    "account_id": "A1", "at": f"{DAY}T14:00:00Z", "entry_type": "CSD", "status": "executed",
    "symbol": "", "qty": 0, "price": None, "net_amount": 100, "settle_date": DAY,
    "system_date": DAY, "description": "",
}  # fmt: skip
TYPED = {
    "account_id": "A1", "at": f"{DAY}T14:00:00Z", "activity_type": "CSD", "status": "executed",
    "executed_at": f"{DAY}T14:00:00Z", "currency": "USD", "qty": "0", "price": "0",
    "net_amount": "100", "settle_date": DAY, "details": {"system_date": DAY},
}  # fmt: skip


def archive(home: Path, stream: Stream, messages: Sequence[str]) -> None:
    """One proven reading of a stream."""
    intake = Intake(Archive(home / "archive", "2026-06-30T06:00:00Z"), stream, WHOLE)
    intake.take(list(messages))
    intake.record(COMPLETE)


def legacy(identity: str, **fields: object) -> str:
    """A deposit as the legacy stream tells it."""
    return json.dumps({**LEGACY, "id": identity, **fields})


def typed(identity: str, **fields: object) -> str:
    """The same deposit as the activity stream tells it."""
    return json.dumps({**TYPED, "ref_id": identity, **fields})


def test_what_differs_is_listed_by_identity_and_by_field(tmp_path: Path) -> None:
    """Numbers as texts, a null price, renamed types, cancels and announcements are the same."""
    cancel = {"status": "canceled", "net_amount": "0", "previous_id": "N4"}
    archive(
        tmp_path,
        NTA,
        [
            legacy("N1"),
            legacy("N2", net_amount=100.5, settle_date="2026-06-16"),
            legacy("N3"),
            legacy("N4"),
            legacy("N4", status="canceled"),
            legacy("N5", entry_type="JNLC", status="pending"),
            legacy("N6", entry_type="ACATS", symbol="NOVE", qty=4, net_amount=0),
        ],
    )
    archive(
        tmp_path,
        ACTIVITIES,
        [
            typed("N1"),
            typed("N2"),
            typed("N4"),
            typed("C4", **cancel),
            typed("N6", activity_type="FOPT", qty="4", net_amount="0", asset={"symbol": "NOVE"}),
            typed("N7", activity_type="DIV", activity_subtype="CDIV"),
        ],
    )
    found = call_here(tmp_path, "--home", ".", "migrate-check")
    assert found.code == 3
    assert found.out.splitlines() == [
        "2026-06-15  CSD  N2  net_amount: 100.5 | 100; settle_date: 2026-06-16 | 2026-06-15",
        "2026-06-15  CSD  N3  only in nta",
        "2026-06-15  DIV/CDIV  N7  only in activities",
        "trades: not in the archive, not compared",
        "nta  ACATS: 1 in both, 0 differ, 0 only in nta, 0 only in activities",
        "nta  CSD: 3 in both, 1 differ, 1 only in nta, 0 only in activities",
        "nta  DIV/CDIV: 0 in both, 0 differ, 0 only in nta, 1 only in activities",
        "3 differences in system dates 2026-06-01 to 2026-06-29",
    ]


def test_only_the_dates_asked_for_are_compared(tmp_path: Path) -> None:
    """Both ends are included; JSON says the same as the lines."""
    archive(tmp_path, NTA, [legacy("N1", system_date="2026-06-14"), legacy("N2")])
    archive(tmp_path, ACTIVITIES, [typed("N3", details={"system_date": "2026-06-16"})])
    found = call_here(
        tmp_path, "--home", ".", "migrate-check", "--since", DAY, "--until", DAY, "--json"
    )
    assert found.code == 3
    said = json.loads(found.out)
    assert [each["identity"] for each in said["differences"]] == ["N2"]
    assert (said["since"], said["until"], said["missing"]) == (DAY, DAY, ["trades"])


def test_the_sandbox_tells_the_same_on_every_stream(tmp_path: Path) -> None:
    """Every activity and every execution of some books, in both shapes: nothing differs."""
    made = make_books(5)
    archive(tmp_path, TRADES, texts(made.trades))
    archive(tmp_path, NTA, texts(made.activities))
    archive(tmp_path, ACTIVITIES, texts(typed_activities(made)))
    found = call_here(tmp_path, "--home", ".", "migrate-check", "--json")
    said = json.loads(found.out)
    assert said["differences"] == []
    assert found.code == 0
    both = dict.fromkeys(("nta", "trades"), 0)
    for total in said["totals"]:
        both[total["pair"]] += total["both"]
    executions = {"fill", "partial_fill", "trade_bust", "trade_correct"}
    identities = {str(event.payload["id"]) for event in made.activities
                  if event.payload["status"] != "pending"}  # fmt: skip
    assert both["nta"] == len(identities)
    told = [parse(event.text) for event in made.trades if event.payload["event"] in executions]
    assert both["trades"] == sum(len(executions_in(each)) for each in told)


def test_an_execution_that_one_stream_tells_otherwise(tmp_path: Path) -> None:
    """By the same id, with the side and the price of each."""
    order = {"id": "O1", "symbol": "NOVE", "asset_class": "us_equity", "side": "buy"}
    trade = {
        "account_id": "A1", "at": f"{DAY}T14:00:00Z", "event": "fill", "execution_id": "E1",
        "timestamp": f"{DAY}T14:00:00Z", "qty": "1", "price": "2", "order": order,
    }  # fmt: skip
    details = {"side": "sell", "symbol": "NOVE", "order_id": "O1", "execution_type": "fill"}
    archive(tmp_path, TRADES, [json.dumps(trade)])
    told = typed("E1", activity_type="TRD", qty="1", price="2.5", details=details)
    archive(tmp_path, ACTIVITIES, [told])
    found = call_here(tmp_path, "--home", ".", "migrate-check")
    assert found.out.splitlines() == [
        "2026-06-15  TRD/fill  E1  side: buy | sell; price: 2 | 2.5",
        "nta: not in the archive, not compared",
        "trades  TRD/fill: 1 in both, 1 differ, 0 only in trades, 0 only in activities",
        "1 differences in system dates 2026-06-01 to 2026-06-29",
    ]


def test_an_archive_without_one_of_them_says_so_in_one_line(tmp_path: Path) -> None:
    """Nothing is compared with nothing."""
    archive(tmp_path, NTA, [legacy("N1")])
    found = call_here(tmp_path, "--home", ".", "migrate-check")
    assert found.code == 2
    assert "expected activities in the archive, and beside them nta or trades; saw nta" in (
        found.complaint
    )
