"""An event for a closed day reopens it: what changed, from what to what, and because of what."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from recon.closings.store import read_index
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.chains import without_heads
from tests.cli.calling import CREDENTIALS
from tests.nightly.longbooks import DAYS, make_long_books
from tests.nightly.longnights import LongHome, copy_of, report, run_long
from tests.test_shape import ROOT

pytestmark = pytest.mark.long
EIGHTH, NINTH = DAYS[7], DAYS[8]
KILLED = """
import sys
from pathlib import Path
from recon.cli import main
from tests.nightly.killed_night import die_before
url, home, name, day = sys.argv[1:]
die_before(str(Path(home) / name))
main(["--home", home, "--broker-url", url, "run", "--date", day])
"""


def customers(home: Path, night: object) -> list[tuple[str, ...]]:
    """Day of June, account, before, after, change and cause of each row about a customer."""
    rows = report(home, night, "restatement.csv")  # type: ignore[arg-type]
    names = ("ledger_account", "before", "after", "change", "events")
    return [
        (row["system_date"][-2:], *(row[name] for name in names))
        for row in rows
        if row["ledger_account"].startswith("C:")
    ]


def test_a_late_fill_and_a_late_bust_say_what_they_changed(long: LongHome) -> None:
    """Three shares at 15 on day 6, and ten at 13 taken back on day 7, both heard of on day 8."""
    fill = [
        ("C:B-LATE:CASH", "975", "930", "-45", "X-LATE"),
        ("C:B-LATE:COST:BBB", "20", "65", "45", "X-LATE"),
        ("C:B-LATE:POS", "2", "5", "3", "X-LATE"),
    ]
    bust = [
        ("C:C-BUSTED:CASH", "700", "830", "130", "X-BUST"),
        ("C:C-BUSTED:COST:CCC", "300", "170", "-130", "X-BUST"),
        ("C:C-BUSTED:POS", "20", "10", "-10", "X-BUST"),
    ]
    expected = [("08", *row) for row in fill] + [("09", *row) for row in fill + bust]
    assert customers(long.path, EIGHTH) == expected


def test_a_late_correction_and_a_cancel_say_what_they_changed(long: LongHome) -> None:
    """One dollar less for each of ten shares on day 8; 500 never came, from day 3 on."""
    canceled = [
        (f"{DAYS[day - 1].day:02}", "C:D-CANCELED:CASH", before, after, "-500", "N-REOPENS")
        for day, before, after in (
            (3, "1500", "1000"),
            (4, "1570", "1070"),
            (5, "1575", "1075"),
            (6, "1575", "1075"),
            (7, "1575", "1075"),
            (8, "1575", "1075"),
        )
    ]
    corrected = [
        ("10", "C:C-BUSTED:CASH", "830", "840", "10", "X-RIGHT"),
        ("10", "C:C-BUSTED:COST:CCC", "170", "160", "-10", "X-RIGHT"),
    ]
    assert sorted(customers(long.path, NINTH)) == sorted(corrected + canceled)


def test_the_other_side_of_each_change_is_told_too(long: LongHome) -> None:
    """Per day and commodity the changes sum to zero, as postings do."""
    for night in (EIGHTH, NINTH):
        sums: dict[tuple[str, str], int] = {}
        for row in report(long.path, night, "restatement.csv"):
            key = row["system_date"], row["commodity"]
            sums[key] = sums.get(key, 0) + int(row["change"])
            assert row["events"]
        assert set(sums.values()) == {0}


def test_other_nights_restate_nothing(long: LongHome) -> None:
    """A cancel that names its own day reopens none."""
    for night in DAYS:
        if night not in {EIGHTH, NINTH}:
            assert report(long.path, night, "restatement.csv") == [], night


def test_a_night_again_says_again_what_it_restated(long: LongHome, tmp_path: Path) -> None:
    """It is compared with what was known before it first ran, not with its own closings."""
    home = copy_of(long.seventh, tmp_path / "home")
    books = make_long_books()
    run_long(home, books, [EIGHTH])
    first = without_heads(contents(home / "reports"))
    run_long(home, books, [EIGHTH], again=True)
    assert without_heads(contents(home / "reports")) == first
    assert customers(home, EIGHTH) == customers(long.path, EIGHTH) != []


def test_a_restating_night_that_was_killed_restates_the_same(
    long: LongHome, tmp_path: Path
) -> None:
    """Killed once after its closings were stored and once before its record was written."""
    home = copy_of(long.seventh, tmp_path / "home")
    books, record = make_long_books(), f"runs/{EIGHTH}.json"
    with Sandbox(books, as_of=EIGHTH) as sandbox:
        for step in ("warehouse.duckdb", record):
            done = subprocess.run(
                [sys.executable, "-c", KILLED, sandbox.url, str(home), step, str(EIGHTH)],
                cwd=ROOT,
                env={**os.environ, **CREDENTIALS, "RECON_LOOKBACK_SESSIONS": "1"},
                capture_output=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == -SIGKILL, done.stderr.decode()
            assert not (home / record).exists()
    (outcome,) = run_long(home, books, [EIGHTH])
    assert outcome.result == "clean"
    made, usual = (contents(place / "reports" / str(EIGHTH)) for place in (home, long.path))
    del made["certificate.json"], usual["certificate.json"]  # names what each try had read
    assert made == usual
    last = {each.system_date: each.version for each in read_index(home / "closings")}
    assert [last[str(day)] for day in DAYS[:8]] == [1, 1, 1, 1, 1, 2, 2, 1]
