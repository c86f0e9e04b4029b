"""What the tests of this folder begin with: message texts, and small archives made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recon.archive.archive import Archive
from recon.archive.columns import Row, read_row
from recon.archive.intake import Intake
from recon.archive.manifest import Fetch, read_manifest
from recon.archive.segment import read_texts
from recon.feeds.broker import StreamEnd
from recon.feeds.streams import TRADES, Stream
from recon.window import Window, parse_instant

COMPLETE = StreamEnd("complete", 0, 0, 0, ())


def trade(members: str = "", order: str = "", execution_id: str = "X1") -> str:
    """A trade event as JSON text; `members` and `order` are more JSON, put in as they are."""
    return (
        f'{{"account_id": "A1", "at": "2026-06-15T14:30:00.123456Z", "event": "fill",'
        f' "event_id": "01KV5C7BS8PKY7TPDK9XFVVW30", "execution_id": "{execution_id}"'
        f"{', ' if members else ''}{members},"
        f' "order": {{"id": "O1", "symbol": "AAPL"{", " if order else ""}{order}}}}}'
    )


def typed(text: str, column: str, stream: Stream = TRADES) -> Any:
    """What one column of a message is read as."""
    return value(read_row(stream, text), column, stream)


def value(row: Row, column: str, stream: Stream = TRADES) -> Any:
    """One column of a row."""
    return dict(zip((each.name for each in stream.columns), row.values, strict=True))[column]


def window(since: str = "2026-06-15T04:00:00Z", until: str = "2026-06-16T04:00:00Z") -> Window:
    """A window, by default the New York day 2026-06-15."""
    return Window(parse_instant(since), parse_instant(until))


def archived_texts(
    archive: Path, stream: Stream, texts: Sequence[str], *, asked: Window | None = None
) -> Fetch:
    """One complete fetch of these messages, written to an archive."""
    intake = Intake(Archive(archive, "2026-06-16T06:00:00Z"), stream, asked or window())
    intake.take(list(texts))
    return intake.record(COMPLETE)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def texts_of(archive: Path, stream: Stream = TRADES) -> list[str]:
    """Every archived text of a stream, in the order received."""
    return [
        text
        for fetch in read_manifest(archive)
        for segment in fetch.segments
        if fetch.stream == stream.name
        for text in read_texts(archive / stream.name, segment)
    ]
