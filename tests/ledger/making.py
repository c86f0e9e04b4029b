"""A ledger of the sandbox's books: archived in pieces as a test likes, then posted as of a date."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.broker import StreamEnd
from recon.feeds.streams import NTA, TRADES, Stream
from recon.ledger.post import post_night
from recon.sandbox.books.model import Event
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night
from recon.window import Window, parse_instant

COMPLETE = StreamEnd("complete", 0, 0, 0, ())
WHOLE = Window(parse_instant("2026-06-01T00:00:00Z"), parse_instant("2026-07-01T00:00:00Z"))
Pieces = Sequence[Sequence[str]]


def texts(events: Sequence[Event]) -> list[str]:
    """The texts as published."""
    return [event.text for event in events]


@contextmanager
def ledger(
    trades: Pieces, activities: Pieces, night: date, choices: Mapping[str, str] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Books of these messages, each piece a fetch of its own."""
    with tempfile.TemporaryDirectory() as folder, connect(MEMORY) as connection:
        archive = Path(folder)
        for stream, pieces in ((TRADES, trades), (NTA, activities)):
            for piece in pieces:
                _archive(archive, stream, piece)
        load_events(connection, archive, read_manifest(archive))
        show_night(connection, night, None)
        post_night(connection, night, choices)
        yield connection


def _archive(archive: Path, stream: Stream, piece: Sequence[str]) -> None:
    intake = Intake(Archive(archive, "2026-06-30T06:00:00Z"), stream, WHOLE)
    intake.take(list(piece))
    intake.record(COMPLETE)
