"""How many events each stream had is kept over the nights, so that a quiet one can be told."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recon.closings.load import TABLES
from recon.closings.store import latest, read_closing, read_index
from recon.sandbox.books.make import make_books
from tests.nightly.longnights import run_long


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
