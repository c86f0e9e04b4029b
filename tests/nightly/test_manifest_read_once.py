"""What the archive has is read once in a run, however many readings the run adds to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pendulum
import pytest

from recon.archive.manifest import NAME, read_manifest
from recon.nightly.go_live import open_books
from recon.nightly.progress import SILENT
from recon.nightly.run import check_date, rebuild_date
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import (
    MONDAY,
    NOW,
    TUESDAY,
    broker_of,
    right_books,
    run_night,
    settings_of,
)

opened: list[str] = []


def note_opened(event: str, args: tuple[Any, ...]) -> None:
    """Keep the path of each file that Python opens to read; a line is added in another mode."""
    if event == "open" and isinstance(args[0], str | Path) and args[1] in ("r", "rb"):
        opened.append(str(args[0]))


sys.addaudithook(note_opened)


@contextmanager
def once(home: Path) -> Iterator[None]:
    """Within, the manifest of that home is read a single time."""
    opened.clear()
    yield
    assert opened.count(str(home / "archive" / NAME)) == 1


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A broker that is ready with Monday."""
    with Sandbox(right_books(), as_of=MONDAY) as serving:
        yield serving


@pytest.mark.long
def test_a_night_reads_the_manifest_once(tmp_path: Path, sandbox: Sandbox) -> None:
    """The first one, one after it, the same again, and one that asks the broker nothing."""
    run_night(sandbox, tmp_path, MONDAY)
    before = len(read_manifest(tmp_path / "archive"))
    sandbox.advance_to(TUESDAY)
    with once(tmp_path):
        run_night(sandbox, tmp_path, TUESDAY)
    assert len(read_manifest(tmp_path / "archive")) > before + 5
    with once(tmp_path):
        run_night(sandbox, tmp_path, TUESDAY, again=True)
    settings = settings_of(tmp_path, sandbox.url)
    with once(tmp_path):
        check_date(settings, TUESDAY)
    with once(tmp_path):
        rebuild_date(settings, MONDAY)


def test_going_live_reads_it_once(tmp_path: Path, sandbox: Sandbox) -> None:
    """From the first look at whether the books are open to the line that opens them."""
    run_night(sandbox, tmp_path, MONDAY)
    sandbox.advance_to(TUESDAY)
    settings = settings_of(tmp_path, sandbox.url)
    with once(tmp_path), broker_of(sandbox) as broker:
        open_books(
            broker, settings, TUESDAY, NOW, wait_seconds=0, accounts=frozenset(), progress=SILENT
        )


def test_each_reading_says_when_its_run_began(tmp_path: Path, sandbox: Sandbox) -> None:
    """Whoever wrote the line: streams, late records, statements, the record of who was asked."""
    moment = pendulum.datetime(2026, 6, 30, 5, 4, 3, microsecond=250_000)
    run_night(sandbox, tmp_path, MONDAY, now=moment)
    sandbox.advance_to(TUESDAY)
    run_night(sandbox, tmp_path, TUESDAY, now=moment.add(hours=1))
    fetches = read_manifest(tmp_path / "archive")
    assert {fetch.started_at for fetch in fetches} == {
        "2026-06-30T05:04:03.25Z",
        "2026-06-30T06:04:03.25Z",
    }
    assert [fetch.fetch for fetch in fetches] == list(range(1, len(fetches) + 1))
