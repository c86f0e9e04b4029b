"""Staying on: each date is run once, as the broker declares it ready."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pendulum

from recon.nightly.progress import SILENT
from recon.nightly.run import unrecorded
from recon.nightly.watch import watch_nights
from recon.sandbox.books.model import Books
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import (
    MONDAY,
    TUESDAY,
    broker_of,
    right_books,
    settings_of,
)


def clock() -> pendulum.DateTime:
    """The real one: live signals carry real times."""
    return pendulum.now("UTC")


def say_ready(sandbox: Sandbox, day: date) -> None:
    """Both signals of a date, now."""
    for kind in ("balances", "positions"):
        text = {
            "at": clock().isoformat(),
            "event_id": f"{day}-{kind}",
            "system_date": str(day),
            "type": f"eod_{kind}_ready",
        }
        sandbox.publish_live("system", json.dumps(text))


def silent_books() -> Books:
    """Books whose own signals say nothing: said twice, a signal would be reported."""
    books = right_books()
    silent = (replace(event, raw=event.text.replace("_ready", "_soon")) for event in books.system)
    return replace(books, system=tuple(silent))


def test_each_date_runs_once_as_it_becomes_ready(tmp_path: Path) -> None:
    """The first is announced while the watch is already listening, the second after the first
    night; then there is nothing left to do."""
    with Sandbox(silent_books(), as_of=MONDAY) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(tmp_path, sandbox.url)

        def announce() -> None:
            deadline = time.monotonic() + 20
            while not sandbox.requests and time.monotonic() < deadline:
                time.sleep(0.01)
            say_ready(sandbox, MONDAY)

        announcing = threading.Thread(target=announce)
        announcing.start()
        outcomes = watch_nights(broker, settings, clock, 2, progress=SILENT)
        first = next(outcomes)
        announcing.join()
        sandbox.advance_to(TUESDAY)
        say_ready(sandbox, TUESDAY)
        second = next(outcomes)
        assert next(outcomes, None) is None
    assert [(night.system_date, night.result) for night in (first, second)] == [
        (MONDAY, "clean"),
        (TUESDAY, "clean"),
    ]
    assert unrecorded(settings, [MONDAY, TUESDAY]) == []
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "2026-06-15",
        "2026-06-16",
    ]
