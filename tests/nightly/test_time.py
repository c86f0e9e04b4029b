"""Whole nights where clocks and calendars are odd, and by a machine whose clock is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pendulum
import pytest

from recon.errors import NotReadyError
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.nightly.nights import MONDAY, right_books, run_night
from tests.test_shape import ROOT

pytestmark = pytest.mark.long
MORNING = pendulum.datetime(2026, 6, 16, 6)
SPANS = {
    "29 February": (
        *("2024-02-28", "2024-02-29", "2024-03-01"),
        *("2024-03-04", "2024-03-05", "2024-03-06"),
    ),
    "summer time begins on 8 March": (
        *("2026-03-06", "2026-03-09", "2026-03-10"),
        *("2026-03-11", "2026-03-12", "2026-03-13"),
    ),
    "summer time ends on 2 November": (
        *("2025-10-31", "2025-11-03", "2025-11-04"),
        *("2025-11-05", "2025-11-06", "2025-11-07"),
    ),
    "the year's end": (
        *("2025-12-31", "2026-01-02", "2026-01-05"),
        *("2026-01-06", "2026-01-07", "2026-01-08"),
    ),
}
NIGHTS = 2
# The books charge the rates of June 2026 in other months too: that is reported, and no more.
OTHER_RATES = {"fees/sec_fee_differs", "fees/orf_fee_differs", "fees/occ_fee_differs",
               "fees/cat_fee_differs"}  # fmt: skip


@pytest.mark.parametrize("span", SPANS)
def test_nights_around_odd_days_are_right_in_any_zone(span: str, tmp_path: Path) -> None:
    """Right books have no break but the rate, on the nights before and after, with the weekend or
    holiday between them; the machine stands on the other side of the date line."""
    words = [sys.executable, "-m", "tests.nightly.shifted_nights", str(tmp_path), str(NIGHTS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TZ": "Pacific/Apia"}
    done = subprocess.run(
        [*words, *SPANS[span]],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    nights = [line.split(" ") for line in done.stdout.splitlines()]
    assert [night[:2] for night in nights] == [[day, "breaks"] for day in SPANS[span][:NIGHTS]]
    assert all(set(rules) <= OTHER_RATES for _, _, *rules in nights)


@pytest.fixture(scope="module")
def broker() -> Iterator[Sandbox]:
    """The broker on the first day."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        yield sandbox


def night(broker: Sandbox, home: Path, now: pendulum.DateTime) -> dict[str, bytes]:
    """What a night publishes when the machine's clock says that, but its certificate: that seals
    the readings, which name when they were made."""
    assert run_night(broker, home, MONDAY, now=now).result == "clean"
    found = contents(home / "reports")
    del found[f"{MONDAY}/certificate.json"]
    return found


def test_a_clock_that_is_wrong_changes_no_byte_or_the_night_is_refused(
    broker: Sandbox, tmp_path: Path
) -> None:
    """Ahead by an hour: the same reports. Behind: the broker's signal is not heard yet, which is
    said, and nothing is left that a later run would stumble over. Ahead by a century: the same
    too, but for how many things one rule looked at."""
    right = night(broker, tmp_path / "right", MORNING)
    assert night(broker, tmp_path / "hour", MORNING.add(hours=1)) == right
    for name, wrong in {
        "hour behind": MORNING.subtract(hours=1),
        "century behind": MORNING.subtract(years=100),
    }.items():
        home = tmp_path / name
        with pytest.raises(NotReadyError):
            run_night(broker, home, MONDAY, now=wrong)
        assert not (home / "reports").exists()
        assert night(broker, home, MORNING) == right
    century = night(broker, tmp_path / "century", MORNING.add(years=100))
    assert [each for each in right if century[each] != right[each]] == [f"{MONDAY}/rules.csv"]
