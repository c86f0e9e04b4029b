"""The account reference, read from an archive of what both brokers told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from recon.archive.archive import Archive
from recon.errors import UsageError
from recon.feeds.streams import ACCOUNT_MAP, ACCOUNT_STATUS, NTA, UPVEST
from recon.paths import folder
from recon.reports.accounts import read_reference
from tests.archive.making import archived_texts

OPENED = "9ab15e44-569c-4c32-952c-b83ab7076549"  # a documented account, in three events
BLOCKED = "50333df9-66f0-46b9-a083-4212b152f749"  # another, whose trading is blocked later here
FRIDAY = date(2023, 10, 13)


def upvest(event_id: str, kind: str, at: str, **members: Any) -> str:
    """A delivered event of the account U1, which was updated at that moment."""
    account = {
        "id": "U1",
        "created_at": "2023-10-13T10:00:00Z",
        "updated_at": at,
        "account_group_id": "G1",
        "type": "TRADING",
        "users": [{"id": "P1", "type": "OWNER"}],
        "name": "Savings",
        "account_number": 1,
    }
    return json.dumps({"id": event_id, "created_at": at, "type": kind, "object": account | members})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published samples, an account at Upvest whose closing came before its opening, and
    the user's list, which names the two beside each other."""
    archive = tmp_path_factory.mktemp("archive")
    samples = folder("data") / "samples" / "account_status.ndjson"
    blocked = json.dumps(
        {
            "account_id": BLOCKED,
            "at": "2023-10-16T14:00:00Z",
            "event_id": 12627600,
            "trading_blocked": True,
        }
    )
    texts = [*samples.read_text("utf-8").splitlines(), blocked]
    archived_texts(archive, ACCOUNT_STATUS, texts)
    archived_texts(
        archive,
        UPVEST,
        [
            upvest("W3", "ACCOUNT.CLOSED", "2023-10-17T10:00:00Z", status="CLOSED"),
            upvest("W1", "ACCOUNT.CREATED", "2023-10-13T10:00:00Z", status="ACTIVE"),
            upvest(
                "W2",
                "ACCOUNT.UPDATED",
                "2023-10-16T10:00:00Z",
                status="ACTIVE",
                name="Holiday",
                users=[],
            ),
        ],
    )
    archived_texts(
        archive,
        ACCOUNT_MAP,
        [
            json.dumps({"account_id": OPENED, "kind": "customer", "upvest_account_id": "U1"}),
            json.dumps({"account_id": "F1", "kind": "firm", "upvest_account_id": ""}),
        ],
    )
    return archive


def test_every_account_of_both_brokers_stands_as_it_was_last_told(archive: Path) -> None:
    """The four of the samples, the firm's that only the list names, and the one at Upvest."""
    accounts = read_reference(Archive(archive), None, None).accounts
    assert [(row["broker"], row["account_id"], row["status"], row["kind"]) for row in accounts] == [
        ("alpaca", "4db36989-6565-4011-9126-39fe6b3d9bf6", "APPROVED", ""),
        ("alpaca", "50333df9-66f0-46b9-a083-4212b152f749", "ACTIVE", ""),
        ("alpaca", OPENED, "ACTIVE", "customer"),
        ("alpaca", "F1", "", "firm"),
        ("alpaca", "d16f0c84-2bcc-4caf-bd68-a97889986d74", "ACTIVE", ""),
        ("upvest", "U1", "CLOSED", "customer"),
    ]
    opened, closed = accounts[2], accounts[5]
    assert opened["account_number"] == "307645030"
    assert opened["crypto_status"] == "ACTIVE"
    assert (opened["since"], opened["events"]) == ("2023-10-13", "3")
    assert (opened["trading_blocked"], opened["is_open"]) == ("false", "true")
    assert opened["settings"] == (
        "allow_instant_ach=true; disable_shorting=true; pattern_day_trader=false"
    )
    assert (accounts[1]["settings"], closed["settings"]) == ("", "")
    assert (closed["closed_on"], closed["is_open"]) == ("2023-10-17", "false")


def test_a_date_shows_what_was_told_up_to_its_end(archive: Path) -> None:
    """Before its closing the account at Upvest is active; in 2021 there was only one account."""
    monday = read_reference(Archive(archive), date(2023, 10, 16), None).accounts
    assert {row["account_id"]: row["status"] for row in monday}["U1"] == "ACTIVE"
    earlier = read_reference(Archive(archive), date(2021, 6, 14), None).accounts
    assert [row["account_id"] for row in earlier if row["events"] != "0"] == [
        "4db36989-6565-4011-9126-39fe6b3d9bf6"
    ]


def test_the_events_of_an_account_say_from_what_to_what_and_what_else_changed(
    archive: Path,
) -> None:
    """Either id gives both sides, each in the order of its own life."""
    by_alpaca = read_reference(Archive(archive), None, OPENED)
    by_upvest = read_reference(Archive(archive), None, "U1")
    assert by_alpaca == by_upvest
    assert [row["broker"] for row in by_alpaca.accounts] == ["alpaca", "upvest"]
    shown = [
        (row["event_id"], row["status_from"], row["status_to"], row["changed"])
        for row in by_alpaca.events
    ]
    assert shown == [
        (
            "12627517",
            "",
            "APPROVED",
            (
                "crypto status none to APPROVED, account_blocked false, allow_instant_ach true,"
                " disable_shorting true, pattern_day_trader false, trading_blocked false"
            ),
        ),
        (
            "12627519",
            "APPROVED",
            "APPROVED",
            "crypto status APPROVED to ACTIVE, account_number 307645030",
        ),
        ("12627521", "APPROVED", "ACTIVE", ""),
        (
            "W1",
            "",
            "ACTIVE",
            (
                "ACCOUNT.CREATED, users OWNER P1, account_number 1, account_group_id G1,"
                " type TRADING"
            ),
        ),
        ("W2", "ACTIVE", "ACTIVE", "ACCOUNT.UPDATED, name, users none"),
        ("W3", "ACTIVE", "CLOSED", "ACCOUNT.CLOSED, name, users OWNER P1"),
    ]
    assert by_alpaca.events[0]["event_at"] == "2023-10-13 13:34:28.30629+00"
    friday = read_reference(Archive(archive), FRIDAY, "U1").events
    assert [row["event_id"] for row in friday] == ["12627517", "12627519", "12627521", "W1"]


def test_an_event_that_names_no_status_shows_none(archive: Path) -> None:
    """What was told before is not printed as if it had been sent again."""
    reference = read_reference(Archive(archive), None, BLOCKED)
    assert [row["trading_blocked"] for row in reference.accounts] == ["true"]
    assert [(row["status_from"], row["status_to"], row["changed"]) for row in reference.events] == [
        ("APPROVED", "ACTIVE", "account_number 307137914"),
        ("", "", "trading_blocked true"),
    ]


def test_an_account_that_nobody_told_of_is_refused(archive: Path) -> None:
    """Also one that was told of only later."""
    for account_id, day in (
        ("A9", None),
        ("d16f0c84-2bcc-4caf-bd68-a97889986d74", date(2021, 1, 4)),
    ):
        with pytest.raises(UsageError) as caught:
            read_reference(Archive(archive), day, account_id)
        assert account_id in str(caught.value)


def test_an_archive_without_account_events_is_refused(tmp_path: Path) -> None:
    """None at all, or one that only has other events."""
    with pytest.raises(UsageError, match="account events in the archive; saw none"):
        read_reference(Archive(tmp_path), None, None)
    archived_texts(tmp_path, NTA, ['{"id": "N1"}'])
    with pytest.raises(UsageError, match="account events in the archive; saw none"):
        read_reference(Archive(tmp_path), None, None)
