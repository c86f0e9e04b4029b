"""A night is held to the user's own rates of fees and says so; it can be made again later."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from recon.nightly.progress import SILENT
from recon.nightly.run import check_date, run_date
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import call_here
from tests.nightly.nights import (
    MONDAY,
    NOW,
    broker_of,
    right_books,
    settings_of,
)

HEAD = "fee,asset_class,since,until,rate,per,cap,min_price,source,certainty\n"
OWN = "TAF,us_equity,2026-06-01,2026-07-01,0.5,share,,,our contract,agreed\n"
LATER = "REG,*,2027-01-01,,99,million_usd,,,our contract,agreed\n"


def certified(home: Path) -> dict[str, Any]:
    """The night's certificate."""
    text = (home / "reports" / str(MONDAY) / "certificate.json").read_text("utf-8")
    return dict(json.loads(text))


def rules_broken(home: Path) -> set[str]:
    """The rules that the night found broken."""
    with (home / "reports" / str(MONDAY) / "discrepancies.csv").open(newline="") as file:
        return {row["rule"] for row in csv.DictReader(file) if row["state"] == "break"}


@pytest.mark.long
def test_the_users_own_rates_decide_and_are_named(tmp_path: Path) -> None:
    """Half a dollar a share is no rate that the broker charged; the file without rows is none."""
    home, file = tmp_path / "home", tmp_path / "rates.csv"
    file.write_text(HEAD + LATER + OWN, "utf-8")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with Sandbox(right_books(), as_of=MONDAY) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(home, sandbox.url, fee_rates_file=str(file))
        for again in (False, True):
            run_date(
                broker, settings, MONDAY, NOW, wait_seconds=0, again=again, progress=SILENT,
            )  # fmt: skip
            if not again:
                first, own = contents(home / "reports" / str(MONDAY)), certified(home)
                assert rules_broken(home) == {"fees/taf_fee_differs"}
                check_date(settings_of(home, sandbox.url), MONDAY)
                assert contents(home / "reports" / str(MONDAY)) == first
                file.write_text(HEAD, "utf-8")
    assert rules_broken(home) == set()
    assert "own_fee_rates" not in certified(home)
    assert own["own_fee_rates"] == {
        "file": "rates.csv",
        "sha256": sha256,
        "rows": 2,
        "applied": [
            {
                "line": "3",
                "fee": "TAF",
                "asset_class": "us_equity",
                "since": "2026-06-01",
                "until": "2026-07-01",
                "rate": "0.5",
                "per": "share",
            }
        ],
    }
    words = ("--home", str(home), "run", "--date", str(MONDAY), "--as-known-at", "1")
    assert call_here(home, *words, env={}).code == 3
    assert contents(home / "reports" / "as-known" / "1" / str(MONDAY)) == first


def test_a_file_that_cannot_be_used_stops_the_night_with_one_line(tmp_path: Path) -> None:
    """Before anything is asked of the broker or written."""
    (tmp_path / "rates.csv").write_text(HEAD + OWN.replace("0.5", "half"), "utf-8")
    env = {
        "RECON_BROKER_URL": "http://127.0.0.1:9",
        "RECON_BROKER_KEY": "key",
        "RECON_BROKER_SECRET": "secret",
        "RECON_FEE_RATES_FILE": str(tmp_path / "rates.csv"),
    }
    home = tmp_path / "home"
    called = call_here(tmp_path, "--home", str(home), "run", "--date", str(MONDAY), env=env)
    assert called.code == 2
    assert "rates.csv, line 2" in called.complaint
    assert not (home / "archive" / "manifest.ndjson").exists()
