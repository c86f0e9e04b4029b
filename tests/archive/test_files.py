from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest

from recon.archive.columns import read_row
from recon.archive.files import DOCUMENT_BYTES_MAX, LINE_BYTES_MAX, read_file
from recon.errors import UsageError
from recon.feeds.sse import SIZE_MAX
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import TRADES

ONE, TWO = '{"n": 1.10, "s": "é"}', '{"n":2e0,"l":[ ]}'


def read(path: Path, content: str | bytes) -> list[str]:
    """The texts of a file with that content."""
    return [text for text, _ in placed(path, content)]


def placed(path: Path, content: str | bytes) -> list[tuple[str, int]]:
    """The texts of a file with that content, and their lines."""
    return ended(path, content)[0]


def ended(path: Path, content: str | bytes) -> tuple[list[tuple[str, int]], StreamEnd]:
    """The texts and their lines, and how it ended."""
    file = path / "events"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found: list[tuple[str, int]] = []
    end = read_file(file, lambda text, line: found.append((text, line)))
    return found, end


DEEP = '{"note": "]}\\\\\\"]", "n": ' + "[" * 5_000 + "{}" + "]" * 5_000 + "}"


@pytest.mark.parametrize(
    "content",
    [
        f"{DEEP}\n{DEEP}\n{ONE}\n",
        f"{ONE}\n{DEEP}\n{DEEP}\n",
        f"[{DEEP},\n{ONE}, {DEEP}]",
        f'{{"payload": [{DEEP}, {DEEP}, {ONE}]}}',
        f"data: [{DEEP}, {ONE}]\n\ndata: {DEEP}\n\n",
    ],
)
def test_a_text_that_nests_beyond_every_reader_stands_alone(tmp_path: Path, content: str) -> None:
    """It is kept as it came, and quarantined; those beside it are read."""
    assert sorted(read(tmp_path, content)) == sorted([DEEP, DEEP, ONE])
    assert read_row(TRADES, DEEP).malformed == "not JSON: RecursionError"


def test_a_file_of_nothing_else_is_not_one_text(tmp_path: Path) -> None:
    """Each of its lines is one event that nobody can read."""
    assert placed(tmp_path, f"{DEEP}\n{DEEP}\n") == [(DEEP, 1), (DEEP, 2)]


@pytest.mark.parametrize(
    "content",
    [
        f"{ONE}\n{TWO}\n",
        f"{ONE}\n{TWO}",
        f"\ufeff{ONE}\r\n\r\n  {TWO} \r\n",
        f"\n \n{ONE}\n\n\n{TWO}\n\n",
        f"[{ONE},{TWO}]",
        f"\ufeff \n[\n  {ONE},\r\n  {TWO}\n]\n",
        f"[{ONE}] [{TWO}]\n[]",
        f'{{"payload":[{ONE},{TWO}]}}',
        f'{{"payload": [{ONE}]}}\n{{"payload": [{TWO}]}}\n{{"payload": []}}\n',
        f'{{\n"payload"\n: [{ONE}, {TWO}] }}\n',
        f"data: {ONE}\n\ndata: {TWO}\n\n",
        f"\ufeff: heartbeat\r\n\r\nevent: x\r\nid: 7\r\ndata:{ONE}\r\n\r\ndata: {TWO}\r\n\r\n",
        f":heartbeat\rdata: {ONE}\r\rdata: {TWO}\r\r",
        f"\nretry: 10\n\ndata: {ONE}\n\ndata: {TWO}",
    ],
)
def test_every_shape_gives_the_exact_texts(tmp_path: Path, content: str) -> None:
    """Blanks, digits and letters inside an event stay as they are written."""
    assert read(tmp_path, content) == [ONE, TWO]


def test_the_name_says_nothing_and_compression_is_seen(tmp_path: Path) -> None:
    """gzip, and zstd as the archive's own raw files are, of one frame or of two."""
    lines = f"{ONE}\n{TWO}\n".encode()
    assert read(tmp_path, gzip.compress(lines)) == [ONE, TWO]
    packed = pa.compress(lines, codec="zstd", asbytes=True)
    assert read(tmp_path, packed) == [ONE, TWO]
    assert read(tmp_path, packed + packed) == [ONE, TWO, ONE, TWO]


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\r\n \n", "[]", " [ ] ", ":heartbeat\n\n"])
def test_a_file_may_hold_nothing(tmp_path: Path, content: str) -> None:
    """A quiet day was captured too."""
    assert read(tmp_path, content) == []


def test_an_object_that_spreads_over_lines_is_one_event(tmp_path: Path) -> None:
    """As a person saves one, and as many one after the other; its lines are those it begins on."""
    pretty = json.dumps({"a": {"b": [1, 2]}, "c": "d"}, indent=2)
    assert read(tmp_path, pretty) == [pretty]
    assert placed(tmp_path, f"{pretty}\n{pretty}\n") == [(pretty, 1), (pretty, 10)]


def test_only_an_object_that_has_nothing_else_is_taken_for_a_wrapper(tmp_path: Path) -> None:
    """An event with legs is an event, and so is one that names its only array twice."""
    for event in (
        '{"legs":[{"a":1}],"id":"X"}',
        '{"id":"X","legs":[{"a":1}]}',
        '{"a":[1],"a":[2]}',
    ):
        assert read(tmp_path, event) == [event]


def test_torn_lines_are_handed_on_as_they_are(tmp_path: Path) -> None:
    """The first, one in the middle, the last, with their numbers."""
    content = f'"s": 1}}\n{ONE}\n{{"a":\n\n{TWO}\n{{"n": 1'
    assert placed(tmp_path, content) == [
        ('"s": 1}', 1), (ONE, 2), ('{"a":', 3), (TWO, 5), ('{"n": 1', 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (f'[{ONE},\n{TWO},\n{{"n": ', [ONE, TWO, ',\n{"n":']),
        (f"[{ONE},{TWO}", [ONE, TWO, "["]),
        (f"[{ONE} {TWO}]", [ONE, f"{TWO}]"]),
        (f"[{ONE}]\n[nonsense]", [ONE, "[nonsense]"]),
        ('{\n"a": 1,\n"b', ['{\n"a": 1,\n"b']),
        (f'{{"a":\n{ONE}\n{TWO}\n', ['{"a":', ONE, TWO]),
    ],
)
def test_of_torn_documents_the_whole_is_read_and_the_rest_kept(
    tmp_path: Path, content: str, texts: list[str]
) -> None:
    """One text for the rest; lines where some of them are whole."""
    assert read(tmp_path, content) == texts


def test_of_torn_captures_the_last_event_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Whoever stops a capture cuts it anywhere; a piece of a field's name holds nothing."""
    assert read(tmp_path, f"data: {ONE}\n\ndata: {TWO[:9]}") == [ONE, TWO[:9]]
    assert read(tmp_path, f"data: {ONE}\n\nda") == [ONE]
    assert read(tmp_path, f"data: {ONE}\n\ndata: {TWO}\n: heart") == [ONE, TWO]


def test_what_a_capture_says_beside_events_is_counted(tmp_path: Path) -> None:
    """Lost messages above all."""
    lost = ": you are reading too slowly, dropped 7 messages"
    said = f": heartbeat\n\n{lost}\n\ndata: {ONE}\n\n: so\n\n"
    _, end = ended(tmp_path, said)
    assert (end.ended, end.messages, end.heartbeats, end.dropped) == ("ingested", 1, 1, 7)
    assert end.unknown_comments == ("so",)


@pytest.mark.parametrize(
    ("content", "expected", "line"),
    [
        (f"data: {ONE}\n\n{TWO}\n\n", "a line of an event stream", "line 3"),
        (b'{"a": 1}\n{"a": "\xff"}\n', "UTF-8; saw the byte 0xff", "line 2"),
        (b"data: {}\n\ndata: \xc3", "UTF-8; saw a character that is cut", "line 3"),
        ('{"a": 1}\n'.encode("utf-16"), "UTF-8", "line 1"),
        ("HTTP/1.1 200 OK\n", "JSON lines, JSON arrays or captured SSE text", "line 1"),
        ("PK\x03\x04\x00\x00", "JSON lines, JSON arrays or captured SSE text", "line 1"),
        ("null\n", "JSON lines, JSON arrays or captured SSE text", "line 1"),
        (gzip.compress(b'{"a": 1}\n' * 999, mtime=0)[:-20], "read to its end", "events"),
        (b"\x28\xb5\x2f\xfdnonsense", "read to its end", "events"),
    ],
)
def test_what_could_not_be_kept_as_it_came_is_refused(
    tmp_path: Path, content: str | bytes, expected: str, line: str
) -> None:
    """In one line that names the file and the place in it."""
    with pytest.raises(UsageError) as caught:
        read(tmp_path, content)
    assert expected in str(caught.value)
    assert f"({tmp_path / 'events'}" in str(caught.value)
    assert line in caught.value.where
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("begin", "most"), [('{"a": 1}\n{"a": "', LINE_BYTES_MAX), ("data: ", SIZE_MAX)]
)
def test_a_line_beyond_every_size_is_refused(tmp_path: Path, begin: str, most: int) -> None:
    """So that no file, however large, fills the memory."""
    with pytest.raises(UsageError, match=f"at most {most} bytes"):
        read(tmp_path, begin + "x" * (LINE_BYTES_MAX + 3) + "\n\n")


def test_a_document_beyond_every_size_is_refused(tmp_path: Path) -> None:
    """An array is read whole, so it has a limit; a file of zeros costs nothing to write."""
    file = tmp_path / "events"
    file.write_bytes(b"[\n")
    with file.open("r+b") as grown:
        grown.truncate(DOCUMENT_BYTES_MAX + 1)
    with pytest.raises(UsageError, match="JSON lines for what is so large"):
        read_file(file, lambda text, line: None)


def test_endless_digits_and_depths_are_texts_like_any_other(tmp_path: Path) -> None:
    """What Python refuses to read as a number is not read as one here."""
    digits, deep = '{"n": ' + "9" * 5000 + "}", "[" * 9000 + "]" * 9000
    assert read(tmp_path, f"[{digits}, {ONE}]") == [digits, ONE]
    assert read(tmp_path, f"{digits}\n{ONE}\n") == [digits, ONE]
    assert read(tmp_path, f"{ONE}\n{deep}\n") == [ONE, deep]
    assert read(tmp_path, f"[{ONE}, {deep}]")[0] == ONE


@pytest.mark.parametrize("name", [".", "absent"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """A folder, and nothing."""
    with pytest.raises(UsageError, match="expected a file"):
        read_file(tmp_path / name, lambda text, line: None)
