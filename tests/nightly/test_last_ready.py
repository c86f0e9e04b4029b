"""Since when a night follows what the broker published: since it was ready with the last night."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pendulum

from recon.archive.archive import Archive
from recon.feeds.streams import SYSTEM
from recon.nightly.late_records import last_ready
from recon.window import Window
from tests.archive.making import archived_texts
from tests.nightly.nights import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, settings_of
from tests.nightly.test_published import begin_books

SAID = {
    f"2026-06-{day.day + 1}T05:0{minute}:00Z": (kind, day)
    for day in (TUESDAY, MONDAY)
    for minute, kind in enumerate(("eod_balances_ready", "eod_positions_ready"))
}


def last(home: Path, before: date) -> pendulum.DateTime | None:
    """What the night of that date finds."""
    return last_ready(home, Archive(home / "archive"), before)


def test_the_last_night_is_the_last_that_is_recorded_or_the_opening(tmp_path: Path) -> None:
    """A night that was not complete left no record, so its evening is followed again; a record of a
    date that the broker never said ready is none."""
    texts = [
        json.dumps({"event_id": at, "type": kind, "system_date": str(day), "at": at})
        for at, (kind, day) in SAID.items()
    ]
    asked = Window(pendulum.datetime(2026, 6, 15), pendulum.datetime(2026, 6, 30))
    archived_texts(tmp_path / "archive", SYSTEM, texts, asked=asked)
    assert last(tmp_path, WEDNESDAY) is None
    begin_books(settings_of(tmp_path, "http://127.0.0.1:9"), MONDAY)
    assert last(tmp_path, MONDAY) is None
    assert last(tmp_path, WEDNESDAY) == pendulum.datetime(2026, 6, 16, 5, 1)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / f"{WEDNESDAY}.json").write_text("{}")
    assert last(tmp_path, THURSDAY) == pendulum.datetime(2026, 6, 16, 5, 1)
    (tmp_path / "runs" / f"{TUESDAY}.json").write_text("{}")
    assert last(tmp_path, THURSDAY) == pendulum.datetime(2026, 6, 17, 5, 1)
    assert last(tmp_path, WEDNESDAY) == pendulum.datetime(2026, 6, 17, 5, 1)
