"""System events from a file are a record: only the broker's own word starts a night."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.manifest import read_manifest
from recon.errors import NotReadyError
from recon.feeds.streams import SYSTEM
from recon.nightly.ingest import ingest_files
from recon.nightly.progress import SILENT
from recon.nightly.ready import archived_signals
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import texts_of
from tests.nightly.nights import (
    MONDAY,
    NOW,
    TUESDAY,
    right_books,
    run_night,
    settings_of,
)

SIGNALS = [event.text for event in right_books().system if event.system_date == TUESDAY]


def ingest(home: Path, *texts: str) -> list[tuple[str, int]]:
    """Bring a file of system events in: how it ended, and how many were new."""
    file = home / "system.ndjson"
    file.write_text("".join(text + "\n" for text in texts), "utf-8")
    settings = settings_of(home, "http://127.0.0.1:9")
    done = list(ingest_files(settings, "system", [file], NOW, progress=SILENT))
    return [(each.fetch.ended, each.fetch.new) for each in done if each.fetch]


def certified(home: Path) -> bytes:
    """The certificate of Tuesday."""
    return (home / "reports" / str(TUESDAY) / "certificate.json").read_bytes()


def test_an_ingested_signal_starts_no_night(tmp_path: Path) -> None:
    """The archive shows where it came from; the same signal from the broker starts the night,
    although the archive has its text already."""
    assert len(SIGNALS) == 2
    assert ingest(tmp_path, *SIGNALS) == [("ingested", 2)]
    assert ingest(tmp_path, *SIGNALS) == [("ingested", 0)], "the same file again adds nothing"
    archive = tmp_path / "archive"
    assert archived_signals(Archive(archive)) == []
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        with pytest.raises(NotReadyError):
            run_night(sandbox, tmp_path, TUESDAY)
        sandbox.advance_to(TUESDAY)
        assert run_night(sandbox, tmp_path, TUESDAY).result == "clean"
    assert [text for text in texts_of(archive, SYSTEM) if text in SIGNALS] == 2 * SIGNALS
    told = [fetch.ended for fetch in read_manifest(archive) if fetch.stream == "system"]
    assert told == ["ingested", "ingested", "complete", "complete"]


def test_an_ingested_signal_sets_no_bound(tmp_path: Path) -> None:
    """It is hours earlier than the broker's own; the night reads to the broker's all the same."""
    earlier = [
        json.dumps(
            json.loads(text) | {"at": "2026-06-16T05:00:00Z", "event_id": f"01K{number:023d}"}
        )
        for number, text in enumerate(SIGNALS)
    ]
    bounds = []
    for name, texts in (("with", earlier), ("without", [])):
        home = tmp_path / name
        home.mkdir()
        if texts:
            ingest(home, *texts)
        with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
            assert run_night(sandbox, home, TUESDAY).result == "clean"
        bounds.append([need["window"] for need in json.loads(certified(home))["needed"]])
    assert bounds[0] == bounds[1]
    assert not bounds[0][0].endswith("2026-06-16T05:00:00Z")


def test_what_the_broker_said_already_is_not_archived_again_from_a_file(tmp_path: Path) -> None:
    """And stays what the broker said."""
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        run_night(sandbox, tmp_path, TUESDAY)
    before = archived_signals(Archive(tmp_path / "archive"))
    assert ingest(tmp_path, *SIGNALS) == [("ingested", 0)]
    assert archived_signals(Archive(tmp_path / "archive")) == before
