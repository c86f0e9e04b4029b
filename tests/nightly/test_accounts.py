"""A night with accounts at both brokers: what Upvest delivers is held against the books."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from recon.feeds.streams import UPVEST
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.wire.server import Sandbox
from recon.settings import read_settings
from tests.archive.making import archived_texts
from tests.nightly.nights import MONDAY, NOW, broker_of, right_books


def delivered(kind: str, at: str, **members: Any) -> str:
    """A webhook event whose object was updated at that moment."""
    thing = {"created_at": "2026-06-10T09:00:00Z", "updated_at": at, **members}
    event = {"id": f"{members['id']}:{kind}", "created_at": at, "type": kind, "object": thing}
    return json.dumps(event)


def opened(number: int) -> list[str]:
    """A person's group with one active account in it."""
    users = [{"id": "P1", "type": "OWNER"}]
    at, active = "2026-06-10T09:00:00Z", {"status": "ACTIVE", "users": users}
    group = {"id": f"G{number}", "type": "PERSONAL", "securities_account_number": f"SN{number}"}
    account = {"id": f"U{number}", "type": "TRADING", "name": "Savings", "account_number": 1}
    return [
        delivered("ACCOUNT_GROUP.CREATED", at, **group, **active),
        delivered("ACCOUNT.CREATED", at, **account, **active, account_group_id=f"G{number}"),
    ]


def ended(number: int, verb: str, status: str, at: str) -> str:
    """A later state of that account."""
    members = {"id": f"U{number}", "type": "TRADING", "name": "Savings", "account_number": 1}
    users = [{"id": "P1", "type": "OWNER"}]
    return delivered(
        f"ACCOUNT.{verb}", at, **members, status=status, users=users, account_group_id=f"G{number}"
    )


def test_accounts_closed_and_locked_at_upvest_are_held_against_their_books(tmp_path: Path) -> None:
    """Two accounts that trade on Monday: one was closed before, with its holdings, one locked."""
    books = right_books()
    accounts = [account.account_id for account in books.accounts]
    trading = {event.account_id for event in books.trades if event.system_date == MONDAY}
    closed, locked = (accounts.index(account) for account in sorted(trading)[:2])
    listed = tmp_path / "accounts.csv"
    lines = [f"{account},customer,U{number}" for number, account in enumerate(accounts)]
    listed.write_text("\n".join(["account_id,kind,upvest_account_id", *lines]) + "\n", "utf-8")
    texts = [text for number in range(len(accounts)) for text in opened(number)]
    texts += [
        ended(closed, "CLOSED", "CLOSED", "2026-06-12T10:00:00Z"),  # before what came before it
        ended(closed, "CLOSING_INITIATED", "CLOSING", "2026-06-11T10:00:00Z"),
        ended(locked, "LOCKED", "LOCKED", "2026-06-12T10:00:00Z"),
    ]
    home = tmp_path / "home"
    archived_texts(home / "archive", UPVEST, texts)
    with Sandbox(books, as_of=MONDAY) as sandbox, broker_of(sandbox) as broker:
        options = {"home": str(home), "broker_url": sandbox.url}
        settings = read_settings(options, {"RECON_ACCOUNTS_FILE": str(listed)}, None)
        run_date(broker, settings, MONDAY, NOW, wait_seconds=0, again=False, progress=SILENT)
    reports = home / "reports" / MONDAY.isoformat()
    with (reports / "discrepancies.csv").open(encoding="utf-8", newline="") as file:
        breaks = {(row["rule"], row["account_id"], row["state"]) for row in csv.DictReader(file)}
    assert breaks == {
        ("accounts/booked_against_upvest_state", accounts[closed], "break"),
        ("accounts/booked_against_upvest_state", accounts[locked], "break"),
        ("accounts/closed_with_balance", accounts[closed], "break"),
        ("accounts/closing_only_sells", accounts[closed], "break"),
        ("accounts/closing_only_sells", accounts[locked], "break"),
    }
    with (reports / "accounts.csv").open(encoding="utf-8", newline="") as file:
        states = {row["account_id"]: row["status"] for row in csv.DictReader(file)}
    assert (states[f"U{closed}"], states[f"U{locked}"]) == ("CLOSED", "LOCKED")
    assert states[accounts[closed]] == "ACTIVE"
