"""`recon accounts` as it is called: text, JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.feeds.streams import ACCOUNT_STATUS
from recon.paths import folder
from tests.archive.making import archived_texts
from tests.cli.calling import call_here

ACCOUNT = "d16f0c84-2bcc-4caf-bd68-a97889986d74"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder whose home has the published samples, and one event with hostile text."""
    samples = folder("data") / "samples" / "account_status.ndjson"
    hostile = '{"account_id": "A\\u001b[31m", "at": "2026-06-15T14:00:00Z", "event_id": 9}'
    texts = [*samples.read_text("utf-8").splitlines(), hostile]
    archived_texts(tmp_path / "recon-home" / "archive", ACCOUNT_STATUS, texts)
    return tmp_path


def test_an_account_is_a_line_and_its_events_are_lines(place: Path) -> None:
    """The state first, then from what to what, when and by which event."""
    called = call_here(place, "accounts", "--account", ACCOUNT, "--date", "2023-10-13")
    assert called.code == 0
    assert called.out.splitlines() == [
        (
            f"alpaca  {ACCOUNT}  307781498  ACTIVE  crypto_status INACTIVE  since 2023-10-13"
            "  is_open true  trading_blocked false  account_blocked false  events 2"
            "  settings allow_instant_ach=true; disable_shorting=true; pattern_day_trader=false"
        ),
        (
            f"2023-10-13 13:18:16.936397+00  {ACCOUNT}  none -> APPROVED  12627496"
            "  crypto status none to INACTIVE, account_blocked false, allow_instant_ach true,"
            " disable_shorting true, pattern_day_trader false, trading_blocked false"
        ),
        (
            f"2023-10-13 13:18:18.472537+00  {ACCOUNT}  APPROVED -> ACTIVE  12627497"
            "  account_number 307781498"
        ),
    ]


def test_an_event_about_other_things_names_no_status(place: Path) -> None:
    """Share lending as the reference page spells it: what it was and is, and no "none -> none"."""
    lending = {"US": {"tier_from": "", "tier_to": "basic"}}
    event = {"account_id": ACCOUNT, "at": "2023-10-14T10:00:00Z", "event_id": 10, "fspl": lending}
    archived_texts(place / "recon-home" / "archive", ACCOUNT_STATUS, [json.dumps(event)])
    called = call_here(place, "accounts", "--account", ACCOUNT)
    assert called.out.splitlines()[-1] == (
        f"2023-10-14 10:00:00+00  {ACCOUNT}  10  fpsl.US.tier basic"
    )


def test_all_accounts_are_listed_and_no_text_reaches_the_terminal_as_a_command(
    place: Path,
) -> None:
    """Four documented accounts and the hostile one, whose status nobody told."""
    called = call_here(place, "accounts")
    assert (called.code, len(called.out.splitlines())) == (0, 5)
    assert "\x1b" not in called.out


def test_json_has_the_accounts_and_the_events(place: Path) -> None:
    """Every value is a text, as in the night's accounts.csv."""
    told = json.loads(call_here(place, "accounts", "--account", ACCOUNT, "--json").out)
    assert [row["status"] for row in told["accounts"]] == ["ACTIVE"]
    assert [row["event_id"] for row in told["events"]] == ["12627496", "12627497"]


def test_nothing_archived_an_unknown_account_and_a_date_that_is_none_exit_2(
    place: Path, tmp_path: Path
) -> None:
    """One line each, which says what to do next."""
    empty = call_here(tmp_path, "--home", "nothing", "accounts")
    assert (empty.code, empty.out) == (2, "")
    assert "recon ingest" in empty.complaint
    unknown = call_here(place, "accounts", "--account", "A9")
    assert (unknown.code, "'A9'" in unknown.complaint) == (2, True)
    assert call_here(place, "accounts", "--date", "yesterday").code == 2
