"""How many events each stream had is kept over the nights, so that a quiet one can be told."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recon.closings.load import TABLES
from recon.closings.store import latest, read_closing, read_index
from recon.sandbox.books.make import make_books
from tests.nightly.longnights import report, run_long


@pytest.mark.long
def test_a_closing_tells_the_events_of_each_session_whatever_the_night_looked_back(
    tmp_path: Path,
) -> None:
    """Nights that begin one session before count what nights over the whole books count."""
    books = make_books(11)
    nights = sorted(books.closings)[:3]
    told: list[dict[tuple[datetime.date, str], int]] = []
    for back in (1, 250):
        home = tmp_path / str(back)
        run_long(home, books, nights, back=back)
        closing = latest(read_index(home / "closings"))[str(nights[-1])]
        rows = read_closing(home / "closings", closing, "volumes").to_pylist()
        told.append({(row["system_date"], row["source"]): row["events"] for row in rows})
    assert told[0] == told[1]
    assert {day for day, _ in told[0]} == set(nights)
    assert {source for _, source in told[0]} == {"trades", "nta"}


def test_every_part_that_a_night_begins_with_is_loaded() -> None:
    """The history of the streams is one of them."""
    assert TABLES["volumes"] == "start_volumes"


def test_what_was_within_tolerance_is_carried_from_night_to_night(tmp_path: Path) -> None:
    """Each night adds its own counts to those of the nights before, as its report has them."""
    nights = sorted(make_books(11).closings)[:2]
    run_long(tmp_path, make_books(11), nights)
    closing = latest(read_index(tmp_path / "closings"))[str(nights[-1])]
    rows = read_closing(tmp_path / "closings", closing, "tolerances").to_pylist()
    assert {row["system_date"] for row in rows} == set(nights)
    for night in nights:
        counted = {row["rule"]: row for row in rows if row["system_date"] == night}
        for row in report(tmp_path, night, "rules.csv"):
            judged = sum(int(row[verdict]) for verdict in ("pass", "within_tolerance", "break"))
            kept = counted.get(row["rule"], {"checked": 0, "within_tolerance": 0})
            assert kept["checked"] == judged
            assert kept["within_tolerance"] == int(row["within_tolerance"])
