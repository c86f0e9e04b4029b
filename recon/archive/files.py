"""Reads a file of events into the exact text of each: JSON lines, JSON documents, captured SSE.

What a file is, is seen from its content, never from its name. Takes a path, hands on texts with
the number of their line. A piece that is torn is handed on as it is, so that it is kept like any
text that cannot be read; what could not be kept as it came (bytes that are no UTF-8, a line that
no event stream has, a line beyond every size) is refused with its line.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from recon.archive.manifest import INGESTED
from recon.errors import UsageError
from recon.feeds.json_array import each_element, elements, past_blanks, past_brackets, past_value
from recon.feeds.sse import BYTE_ORDER_MARK, OversizeError
from recon.feeds.stream_end import StreamEnd, Tally

LINE_BYTES_MAX = 8 * 1024 * 1024
DOCUMENT_BYTES_MAX = 256 * 1024 * 1024  # an array is read whole; lines and SSE may be endless
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
BLANK = b" \t\r\n"
SSE_LINE = re.compile(rb"(data|event|id|retry)?:|(data|event|id|retry)$")
WRAPPED = re.compile(r'\s*\{\s*"[^"\\]*+(?:\\.[^"\\]*+)*+"\s*:\s*(?=\[)')
WRAPPED_END = re.compile(r"\s*\}\s*")
Take = Callable[[str, int], None]
Lines = Iterable[tuple[int, bytes]]


def read_file(path: Path, take: Take) -> StreamEnd:
    """Hand on every text of a file in its order; gives what was counted, ended "ingested".

    Raises UsageError, which names the file and the line, for what is no such file.
    """
    refuse_no_file(path)
    try:
        with _opened(path) as file:
            lines = _lines(path, file)
            head = list(_head(lines))
            return _read(path, head, chain(head, lines), take)
    except (OSError, EOFError, zlib.error) as fault:
        raise unusable(path, "a file that can be read to its end", str(fault)) from fault


def refuse_no_file(path: Path) -> None:
    """Raises UsageError for a folder, a pipe, or a name that there is not."""
    if not path.is_file():
        seen = "a folder" if path.is_dir() else "no file" if path.exists() else "nothing there"
        raise unusable(path, "a file", seen)


def unusable(path: Path, expected: str, seen: str, line: int = 0) -> UsageError:
    """The one line that says which file, and which line of it, cannot be taken."""
    return UsageError(
        expected=expected,
        seen=seen,
        where=f"{path}, line {line}" if line else str(path),
        next_step="mend or leave out that file; nothing of it was archived",
    )


def unwrapped(text: str) -> list[str]:
    """The elements of an object that has nothing but one array, such as `{"payload": […]}`; of
    any other text itself."""
    begin = WRAPPED.match(text)
    if begin is None:
        return [text]
    try:
        end = past_value(text, begin.end())
        return elements(text, begin.end()) if WRAPPED_END.fullmatch(text, end) else [text]
    except ValueError:
        return [text]


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == GZIP:
        return cast("BinaryIO", gzip.open(path))
    if magic == ZSTD:
        return cast("BinaryIO", io.BufferedReader(pa.CompressedInputStream(str(path), "zstd")))
    return path.open("rb")


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line with its end and its number, all UTF-8, in bounded memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    number = 1
    while line := file.readline(LINE_BYTES_MAX + 2):
        try:
            decoder.decode(line)
        except UnicodeDecodeError as fault:
            raise unusable(
                path, "UTF-8", f"the byte {fault.object[fault.start]:#04x}", number
            ) from (fault)
        yield number, line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        number += line.endswith(b"\n")
    if decoder.getstate()[0]:
        raise unusable(path, "UTF-8", "a character that is cut", number)


def _head(lines: Lines) -> Iterator[tuple[int, bytes]]:
    """The lines up to the second that is not blank."""
    seen = 0
    for number, line in lines:
        yield number, line
        seen += bool(line.strip(BLANK))
        if seen == 2:
            return


def _read(path: Path, head: list[tuple[int, bytes]], lines: Lines, take: Take) -> StreamEnd:
    first, second = ([line.strip(BLANK) for _, line in head if line.strip(BLANK)] + [b""] * 2)[:2]
    if SSE_LINE.match(first):
        return _read_sse(path, lines, take)
    if first[:1] == b"[" or (first[:1] == b"{" and not _is_object(first)):
        _read_documents(path, lines, take)
    elif not first or _is_object(first) or _is_object(second):
        for number, line in lines:
            if len(line) > LINE_BYTES_MAX:
                raise unusable(
                    path, f"lines of at most {LINE_BYTES_MAX} bytes", "a longer one", number
                )
            _take_line(line.decode(), number, take)
    else:
        expected = "JSON lines, JSON arrays or captured SSE text"
        raise unusable(path, expected, _kind(first), 1)
    return StreamEnd(INGESTED, 0, 0, 0, ())


def _kind(line: bytes) -> str:
    """What a line is, without a word of it: the file may be one that is nobody's to see."""
    looks = {"markup": line.startswith(b"<"), "a line of a CSV": b"," in line or b";" in line}
    return next((name for name, is_so in looks.items() if is_so), f"a line of {len(line)} bytes")


def _is_object(line: bytes | str) -> bool:
    """Whether a line is one whole object, be it one that nests deeper than any reader goes."""
    try:
        return isinstance(json.loads(line, parse_int=str, parse_float=str), dict)
    except ValueError:
        return False
    except RecursionError:
        text = (line.decode() if isinstance(line, bytes) else line).strip()
        return text.startswith("{") and _is_closed(text)


def _is_closed(text: str) -> bool:
    try:
        return past_brackets(text, 0) == len(text)
    except ValueError:
        return False


def _take_line(line: str, number: int, take: Take) -> None:
    text = line.strip(" \t\r\n")
    if text:
        for each in unwrapped(text):
            take(each, number)


def _read_sse(path: Path, lines: Lines, take: Take) -> StreamEnd:
    """Events as the wire has them. A last one whose end is cut off is taken as far as it goes."""
    number, line = 1, b""

    def hand_on(texts: list[str]) -> None:
        for text in texts:
            take(text, number)

    tally = Tally(hand_on)

    def add(piece: bytes) -> None:
        tally.add(piece)
        if tally.unknown_field:
            raise unusable(path, "a line of an event stream", "a field that none has", number)

    try:
        for number, line in lines:  # noqa: B007 -- named where the reading stops
            if line[-1:] in (b"\n", b"\r") or b":" in line:  # else cut within a field's name
                add(line)
        add(b"\n\n")
    except OversizeError as fault:
        raise unusable(path, fault.expected, fault.seen, number) from fault
    return replace(tally.end("complete"), ended=INGESTED)


def _read_documents(path: Path, lines: Lines, take: Take) -> None:
    """Arrays and objects that spread over lines. Where the text is torn, the rest is one text,
    or lines where some of them are whole."""
    read = bytearray()
    for number, line in lines:
        read += line
        if len(read) > DOCUMENT_BYTES_MAX:
            seen = f"an array or object beyond {DOCUMENT_BYTES_MAX} bytes"
            raise unusable(path, "JSON lines for what is so large", seen, number)
    text = read.decode()
    place, counted, number = past_blanks(text, 0), 0, 1
    try:
        while place < len(text):
            is_array = text[place] == "["
            after = place + 1
            for piece, after in each_element(text, place) if is_array else _one(text, place):
                number += text.count("\n", counted, place)
                counted = place
                for each in unwrapped(piece):
                    take(each, number)
                place = after
            place = past_blanks(text, after)
            if is_array:
                place = past_blanks(text, place + 1)  # its own end
    except ValueError:
        rest = text[place:].strip(" \t\r\n") or "["  # an array that never ends
        _take_rest(rest, number + text.count("\n", counted, place), take)


def _one(text: str, place: int) -> Iterator[tuple[str, int]]:
    """The one document that begins there, and the place after it."""
    end = past_value(text, place)
    yield text[place:end], end


def _take_rest(rest: str, number: int, take: Take) -> None:
    lines = rest.split("\n")
    if any(_is_object(line) for line in lines):
        for more, line in enumerate(lines):
            _take_line(line, number + more, take)
    else:
        _take_line(rest, number, take)
