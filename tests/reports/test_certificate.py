"""The certificate: the same night gives the same bytes, and any difference gives others."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from recon.archive.manifest import OPENING, Fetch
from recon.archive.required_inputs import RequiredInput
from recon.archive.segment import Segment
from recon.reports.certificate import certificate
from tests.archive.making import contents, window
from tests.nightly.nights import Home

FETCH = Fetch(
    1, "trades", "2026-06-15T04:00:00Z", "2026-06-16T04:00:00Z", "complete", 3, 2, 1,
    started_at="2026-06-16T06:00:00Z", segments=(Segment("000001-0000", 2, "aa", "bb"),),
)  # fmt: skip
ASKED = [
    {"account_id": "A1", "answer": "answered", "begins": "", "sources": "account_status nta"},
    {"account_id": "A2", "answer": "answered", "begins": "unknown", "sources": "nta"},
    {"account_id": "A3", "answer": "unknown to the broker", "begins": "", "sources": "account_map"},
    {"account_id": "A4", "answer": "no answer", "begins": "", "sources": "eod_cash"},
    {"account_id": "A5", "answer": "not asked", "begins": "", "sources": ""},
]
RULES = [{"rule": "area/name", "severity": "S1", "checked": "3", "break": "1"}]


def made(**changes: Any) -> bytes:
    """A certificate with these things other than usual."""
    usual = {
        "system_date": date(2026, 6, 15),
        "result": "breaks",
        "fetches": [FETCH],
        "required": [RequiredInput("trades", window(), complete=True)],
        "accounts": ASKED,
        "rules": RULES,
        "rule_pack": "abc",
        "reports": {"discrepancies.csv": b"x"},
    }
    return certificate(**{**usual, **changes})


def test_it_says_what_was_needed_read_checked_and_found() -> None:
    """With a hash of every report and of what was read."""
    content = json.loads(made())
    assert content["result"] == "breaks"
    assert content["certified"] is True
    assert content["books_begin"] == "zero"
    assert content["needed"] == [
        {
            "stream": "trades",
            "window": "2026-06-15T04:00:00Z .. 2026-06-16T04:00:00Z",
            "complete": True,
            "binding": True,
        }
    ]
    read = {"events": 2, "segments": 1, "sha256": hashlib.sha256(b"aa").hexdigest()}
    assert content["read"] == {"trades": read}
    assert content["rules"] == {"area/name": {"severity": "S1", "checked": "3", "break": "1"}}
    assert content["reports"] == {"discrepancies.csv": hashlib.sha256(b"x").hexdigest()}
    assert content["rule_pack"] == "abc"
    assert "calendar_us.csv" in content["reference"]


def test_it_says_how_many_accounts_were_known_asked_and_answered() -> None:
    """By which sources, and how many begin with a balance that nobody knows."""
    assert json.loads(made())["accounts"] == {
        "known": 5,
        "known_from": {"account_map": 1, "account_status": 1, "eod_cash": 1, "nta": 2},
        "asked": 4,
        "answered": 2,
        "unknown_to_the_broker": 1,
        "without_a_balance": 1,
        "without_an_opening": 1,
    }


def test_an_incomplete_night_is_never_certified() -> None:
    """Whatever it found."""
    assert json.loads(made(result="incomplete"))["certified"] is False
    assert json.loads(made(result="clean"))["certified"] is True


def test_books_that_were_opened_name_their_statement() -> None:
    """Closing balances are worth no more than the opening they rest on."""
    at = "2026-06-12T04:00:00Z"
    opening = Fetch(2, OPENING, at, at, "complete", 0, 0, 0)
    assert json.loads(made(fetches=[FETCH, opening]))["books_begin"] == "statement of 2026-06-12"


def test_when_and_how_often_it_was_asked_leaves_no_trace() -> None:
    """A reading that brought nothing new changes no byte; neither does the clock."""
    again = replace(FETCH, fetch=2, new=0, started_at="2026-07-01T00:00:00Z", segments=())
    later = replace(FETCH, started_at="2026-07-01T00:00:00Z")
    assert made(fetches=[later, again]) == made()


def test_another_segment_rule_pack_or_report_gives_another_certificate() -> None:
    """It stands for exactly these bytes."""
    other = replace(FETCH, segments=(Segment("000001-0000", 2, "ac", "bb"),))
    variants = [
        made(),
        made(fetches=[other]),
        made(rule_pack="abd"),
        made(reports={"discrepancies.csv": b"y"}),
        made(required=[RequiredInput("trades", window(), complete=False)]),
    ]
    assert len(set(variants)) == len(variants)


def test_the_hashes_of_a_real_night_are_those_of_its_files(faulty: Home) -> None:
    """Every report beside the certificate is in it, as it is on the disk."""
    folder = faulty.path / "reports" / "2026-06-15"
    files = contents(folder)
    content = json.loads(files.pop("certificate.json"))
    assert content["reports"] == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }
    assert {"discrepancies.csv", "positions_proof.csv", "cash_proof.csv", "rules.csv"} <= set(files)
    assert content["result"] == "breaks"
    assert all(need["complete"] for need in content["needed"])
    assert not list(Path(folder).glob(".*"))
