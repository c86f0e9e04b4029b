"""A rule is added and tried with the commands alone, in a checkout of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_shape import ROOT

SQL, TEST = "sql/rules/trades/new_fault.sql", "tests/rules/trades/new_fault.test"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the commands need, with a new rule in it."""
    place = tmp_path_factory.mktemp("checkout")
    for folder in ("recon", "sql", "data", "tests/rules"):
        shutil.copytree(ROOT / folder, place / folder)
    done = recon(place, "rules", "new", "trades/new_fault")
    assert done.returncode == 0, done.stderr
    return place


def recon(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, run from that checkout's code."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "recon", *words],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_new_rule_passes_its_own_cases(checkout: Path) -> None:
    """One of a clean thing, one of a break."""
    done = recon(checkout, "rules", "test", "trades/new_fault")
    assert (done.stdout, done.returncode) == ("2 cases, 0 failed\n", 0)


def test_a_name_that_is_taken_writes_nothing(checkout: Path) -> None:
    """A second call must not write over a rule."""
    before = (checkout / SQL).read_bytes()
    (checkout / SQL).write_bytes(before)
    done = recon(checkout, "rules", "new", "trades/new_fault")
    assert done.returncode == 2
    assert "expected a name that is not taken" in done.stderr
    assert recon(checkout, "rules", "new", "Trades/../x").returncode == 2
    assert (checkout / SQL).read_bytes() == before


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            TEST,
            "A1,execution E1,pass",
            "A1,execution E2,pass",
            (
                "case what is right passes\n  account_id,subject,verdict\n"
                "- A1,execution E2,pass   expected, did not come\n"
                "+ A1,execution E1,pass   came, not expected\n"
            ),
        ),
        (TEST, ",1,2026-06-16,1", ",1,,1", "expected a system_date in each given row"),
        (TEST, "given executions", "giving executions", "new_fault.test, line 5"),
        (SQL, "severity: S2", "severity: error", "S0, S1, S2, S3; saw 'error'"),
        (SQL, "severity: S2", "severity: error", "new_fault.sql, line 2"),
        (SQL, "-- reads:", "-- read:", "new_fault.sql, line 4"),
        (SQL, "if(coalesce", "iff(coalesce", "iff"),
        (SQL, "select * from verdicts", "select * from verdicts; select 1", "saw 2 statements"),
    ],
)
def test_a_mistake_is_shown_in_a_line_or_as_rows(
    checkout: Path, file: str, old: str, new: str, expected: str
) -> None:
    """What was expected, what came, and where; no traceback."""
    path = checkout / file
    right = path.read_text("utf-8")
    try:
        path.write_text(right.replace(old, new), "utf-8")
        done = recon(checkout, "rules", "test", "trades/new_fault")
    finally:
        path.write_text(right, "utf-8")
    assert expected in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
