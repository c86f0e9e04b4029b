"""A night answers from its record only while that says what the archive says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.chains import as_of_an_older_release
from tests.cli.calling import CREDENTIALS, Called, call_here
from tests.nightly.nights import MONDAY, TUESDAY, Home, right_books, run_night
from tests.nightly.test_run import copy_of
from tests.test_shape import ROOT

CERTIFICATE = f"reports/{MONDAY}/certificate.json"
DISCREPANCIES = f"reports/{MONDAY}/discrepancies.csv"
RECORD = f"runs/{MONDAY}.json"


@pytest.fixture
def home(clean: Home, tmp_path: Path) -> Path:
    """A home whose one night was clean."""
    return copy_of(clean, tmp_path)


def run(home: Path) -> Called:
    """The night again, as cron would; there is no broker to ask."""
    words = ("--home", str(home), "--broker-url", "http://127.0.0.1:9", "run", "--date")
    return call_here(home, *words, str(MONDAY))


def fee_of_monday(home: Path, day: str) -> None:
    """Bring in money of a day that the broker told nobody of before."""
    account = json.loads((home / "account").read_text())
    event = {
        "id": "late-1", "event_ulid": "01JY0000000000000000000000", "event_id": 990001,
        "account_id": account, "at": f"{day}T16:00:00Z", "entry_type": "INT", "status": "executed",
        "net_amount": 7, "qty": 0, "price": 0, "per_share_amount": 0, "symbol": "", "cusip": "",
        "description": "late interest", "system_date": day, "settle_date": day,
    }  # fmt: skip
    file = home.parent / "late.ndjson"
    file.write_text(json.dumps(event) + "\n")
    called = call_here(home, "--home", str(home), "ingest", "--stream", "nta", str(file), env={})
    assert called.code == 0, called.err


def an_account(home: Path) -> str:
    """An account with cash."""
    rows = (home / "reports" / str(MONDAY) / "cash_proof.csv").read_text().splitlines()
    return rows[1].split(",")[0]


def test_a_recorded_night_answers_from_its_record(home: Path) -> None:
    """And changes nothing."""
    before = contents(home)
    called = run(home)
    assert (called.code, "stale" in called.err) == (0, False)
    assert contents(home) == before


def test_a_record_of_an_older_release_answers_too(home: Path) -> None:
    """It names no certificate, and nothing names a head: what can be looked at is."""
    as_of_an_older_release(home)
    called = run(home)
    assert (called.code, "stale" in called.err) == (0, False)
    (home / DISCREPANCIES).write_bytes(b"")
    assert "is gone or was changed" in run(home).err


def test_late_money_makes_a_clean_record_stale(home: Path) -> None:
    """Found by the attack: the record said clean of what the same archive shows as a break."""
    (home / "account").write_text(json.dumps(an_account(home)))
    fee_of_monday(home, str(MONDAY))
    called = run(home)
    assert called.code == 3
    assert "brought nta of 2026-06-15 since" in called.err
    assert json.loads((home / RECORD).read_text())["result"] == "breaks"
    again = run(home)
    assert (again.code, "stale" in again.err) == (3, False)


def test_money_of_a_later_day_leaves_a_record_alone(home: Path) -> None:
    """It belongs to the next night."""
    (home / "account").write_text(json.dumps(an_account(home)))
    fee_of_monday(home, str(TUESDAY))
    called = run(home)
    assert (called.code, "stale" in called.err) == (0, False)


@pytest.mark.long
@pytest.mark.parametrize("step", ["warehouse.duckdb", "runs/index.ndjson"])
def test_a_kill_while_it_is_evaluated_again_leaves_no_record(home: Path, step: str) -> None:
    """Found by the attack: the certificate was the new one, the record the old one."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        words = [sys.executable, "-m", "tests.nightly.killed_night", sandbox.url, str(home), step]
        killed = subprocess.run(
            [*words, "--again"],
            cwd=ROOT,
            env={**os.environ, **CREDENTIALS},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert killed.returncode == -SIGKILL, killed.stderr.decode()
        assert not (home / RECORD).exists()
        assert run_night(sandbox, home, MONDAY).result == "clean"


@pytest.mark.parametrize("name", [DISCREPANCIES, CERTIFICATE, f"reports/{MONDAY}/rules.csv"])
@pytest.mark.parametrize("cut", [True, pytest.param(False, marks=pytest.mark.long)])
def test_a_report_that_is_gone_or_cut_is_made_again(home: Path, name: str, cut: bool) -> None:
    """From the archive, to the byte."""
    before = contents(home / "reports")
    if cut:
        (home / name).write_bytes((home / name).read_bytes()[:10])
    else:
        (home / name).unlink()
    called = run(home)
    assert called.code == 0
    assert "is gone or was changed" in called.err
    assert contents(home / "reports") == before


def test_a_lost_archive_is_never_answered_for(home: Path) -> None:
    """Nor read anew as if it never was: one line, exit 1, and what to do."""
    shutil.rmtree(home / "archive")
    called = run(home)
    assert called.code == 1
    assert "archive/manifest.ndjson" in called.complaint
    assert "restore the whole home from one backup" in called.complaint
    assert not (home / "archive").exists()


def test_a_record_that_was_edited_is_not_believed(faulty: Home, tmp_path: Path) -> None:
    """Not its result, which the certificate has, nor anything else of it, which the index seals."""
    home = copy_of(faulty, tmp_path)
    for name, value in (("result", "clean"), ("pending", 0), ("checked", 99_999)):
        record = json.loads((home / RECORD).read_text())
        (home / RECORD).write_text(json.dumps({**record, name: value}))
        called = run(home)
        assert called.code == 3, name
        assert "it was changed after the night" in called.err
        written = json.loads((home / RECORD).read_text())
        assert (written["result"], written["checked"] < 99_999) == ("breaks", True)


def test_a_moved_home_answers_from_its_record(home: Path, tmp_path: Path) -> None:
    """And names its reports where they are now."""
    moved = tmp_path / "elsewhere"
    home.rename(moved)
    called = call_here(moved, "--home", str(moved), "run", "--date", str(MONDAY), "--json")
    assert called.code == 0
    assert json.loads(called.out)["reports"] == str(moved / "reports" / str(MONDAY))
