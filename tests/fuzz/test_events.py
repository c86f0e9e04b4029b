"""Any text of an event becomes a row that keeps it, and any file of events is taken or refused."""

from __future__ import annotations

import gzip
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recon.archive.archive import Archive
from recon.archive.columns import read_lines_row, read_row
from recon.archive.contents import content_hash
from recon.archive.drift import deviations
from recon.archive.files import read_file
from recon.archive.manifest import read_manifest
from recon.archive.read import archived
from recon.errors import ReconError, UsageError
from recon.feeds.sse import Decoder, OversizeError
from recon.feeds.streams import (
    EOD_AGGREGATE,
    EOD_CASH,
    EOD_POSITIONS,
    EVENT_STREAMS,
    TRADES,
    Stream,
)
from tests.fuzz.mutating import cases, mutated
from tests.nightly.test_ingest import ingest
from tests.test_shape import ROOT

STREAMS = (*EVENT_STREAMS.values(), EOD_POSITIONS, EOD_CASH, EOD_AGGREGATE)
LINES = {
    path.stem: [line.encode() for line in path.read_text("utf-8").splitlines() if line]
    for path in sorted((ROOT / "data" / "samples").glob("*.ndjson"))
}
TRADE_LINES = LINES["trades_v2"]
EVERY_LINE = [line for lines in LINES.values() for line in lines]
LEAVES = (
    st.none() | st.booleans() | st.text(max_size=8) | st.integers() | st.floats()
    | st.sampled_from(["\ud800", "9999-12-31", "0001-01-01T00:00:00+14:00", "1e999", "0e-999",
                       "2026-03-08T02:30:00Z", "-0", "1" * 201, "\x00", "{GUID}", "NaN"])
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda within: st.lists(within, max_size=3) | st.dictionaries(st.text(), within),
    max_leaves=6,
)  # fmt: skip


@st.composite
def events(draw: st.DrawFn, stream: Stream) -> bytes:
    """An object that has the members of a stream, with any values."""
    event: dict[str, Any] = {}
    for column in draw(st.lists(st.sampled_from(stream.columns), max_size=8)):
        place = event
        for name in column.path[:-1]:
            place = place.setdefault(name.split("|")[0], {})
            if not isinstance(place, dict):
                break
        else:
            place[column.path[-1].split("|")[0]] = draw(VALUES)
    return json.dumps(event).encode()


def kept(stream: Stream, texts: list[str]) -> None:
    """Write rows as a segment, and read them back to the letter, in their columns."""
    rows = [read_row(stream, text) for text in texts]
    with tempfile.TemporaryDirectory() as place:
        archive = Archive(Path(place), "2026-06-16T06:00:00Z")
        segment = archive.write(stream, rows)
        assert list(archive.texts(stream, segment)) == texts
    for row in rows:
        assert len(row.values) == len(stream.columns)
        assert row.malformed is None or row.malformed.isprintable()


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
@cases(10)
@given(data=st.data())
def test_any_text_of_an_event_is_a_row_and_kept(stream: Stream, data: st.DataObject) -> None:
    """In every stream: typed, named as unread, or quarantined; its content has a hash, and its
    deviations from the schema have names."""
    some = mutated(EVERY_LINE, 3) | events(stream)
    texts = [each.decode("utf-8", "replace") for each in data.draw(st.lists(some, max_size=4))]
    kept(stream, texts)
    for text in texts:
        assert len(content_hash(text)) == 64
        if stream.path and stream in EVENT_STREAMS.values():
            assert all(place for _, place in deviations(stream, text))


@cases(60)
@given(content=mutated([b'[{"symbol": "AAPL", "qty": "1.5"}]', b"[]", *EVERY_LINE[:3]]))
@example(content=b"[" * 200_000)
def test_any_answer_of_lines_is_a_row_or_no_json(content: bytes) -> None:
    """The totals per security are one array, whose text is the answer's own."""
    text = content.decode("utf-8", "replace")
    try:
        row = read_lines_row(EOD_AGGREGATE, text, date(2026, 6, 15))
    except (ValueError, RecursionError):
        return
    assert row.text == text


SSE = b": heartbeat\n\n" + b"".join(b"id: 1\ndata: " + line + b"\n\n" for line in TRADE_LINES)
FILES = (
    b"".join(line + b"\n" for line in TRADE_LINES),
    b"[" + b",\n".join(TRADE_LINES) + b"]",
    b'{"payload": [' + b", ".join(TRADE_LINES) + b"]}",
    b"".join(json.dumps(json.loads(line), indent=1).encode() + b"\n" for line in TRADE_LINES),
    SSE,
)
PACKED = (gzip.compress(FILES[0], mtime=0), pa.compress(FILES[0], codec="zstd", asbytes=True))


@cases(100)
@given(content=mutated([*FILES, *PACKED]))
@example(content=b"\x28\xb5\x2f\xfd")
@example(content=b"\x1f\x8b")
@example(content=b"[" * 200_000)
@example(content=b'{"a": ' * 200_000)
@example(content=b'{"payload": [' + b"[" * 200_000)
def test_any_file_is_read_or_refused_with_its_name(content: bytes) -> None:
    """And what is read has no blank ends, so that it is kept as it came."""
    texts: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "events"
        path.write_bytes(content)
        try:
            read_file(path, lambda text, line: texts.append(text))
        except UsageError as error:
            assert str(path) in str(error)  # noqa: PT017 -- to be read is as right
            return
    assert all(text for text in texts)


@pytest.mark.parametrize("content", [*FILES, *PACKED])
def test_the_right_files_are_read_whole(content: bytes, tmp_path: Path) -> None:
    """So that what is refused is refused for its change."""
    texts: list[Any] = []
    path = tmp_path / "events"
    path.write_bytes(content)
    read_file(path, lambda text, line: texts.append(json.loads(text)))
    assert texts == [json.loads(line) for line in TRADE_LINES]


@cases(25)
@given(content=mutated([*FILES, *PACKED]))
@example(
    content=b"".join(line + b"\n" for line in TRADE_LINES[:1]) + b'{"event": ' + b"[" * 200_000
)
def test_a_file_is_ingested_whole_or_not_at_all(content: bytes) -> None:
    """A refusal leaves the archive as it was; else each text counts, and is there to the letter."""
    with tempfile.TemporaryDirectory() as place:
        home, path = Path(place) / "home", Path(place) / "events"
        path.write_bytes(content)
        texts: list[str] = []
        try:
            [done] = ingest(home, "trades", path)
        except ReconError as error:
            assert str(path) in str(error)  # noqa: PT017 -- to be read is as right
            assert read_manifest(home / "archive") == []
            return
        read_file(path, lambda text, line: texts.append(text))
        archive = Archive(home / "archive")
        found = [t for f in archive.fetches for s in f.segments for t in archive.texts(TRADES, s)]
        assert {*found} == {*texts}
        rows = list(archived(archive.folder, archive.fetches, TRADES.name, ["identity"]))
        assert len(rows) == len(found)
        assert (done.fetch.received if done.fetch else 0) == len(texts)


@cases(100)
@given(content=mutated([SSE, SSE.replace(b"\n", b"\r\n")]), step=st.integers(1, 5000))
def test_any_bytes_of_a_stream_are_the_same_however_they_come(content: bytes, step: int) -> None:
    """The decoder gives the same items of the whole and of its pieces, or the same refusal."""

    def items(pieces: list[bytes]) -> tuple[list[Any], str]:
        decoder, found = Decoder(), list[Any]()
        try:
            for piece in pieces:
                found += decoder.feed(piece)
        except OversizeError as fault:
            return [*found, *fault.items], "oversize"
        return found, decoder.close()

    assert items([content[at : at + step] for at in range(0, len(content), step)]) == items(
        [content]
    )
