"""Server-sent events: takes bytes as they come, gives items; knows no sockets.

The parsing rules are those of the WHATWG HTML standard. Four things are added that a
reconciliation needs and the standard leaves out: comments are delivered, what is thrown away at
the end of file is reported, unknown fields are reported, and sizes are bounded. The answer does
not depend on how the bytes are cut, and the time is linear in their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recon.errors import BrokerUnreachable

SIZE_MAX = 2 * 1024 * 1024  # bytes of one line (so also of one comment), and of one event's data
DATA_LINES_MAX = 65_536  # of one event: tiny lines cost more memory than their bytes
RETRY_MAX = 999_999_999_999_999_999  # milliseconds; int() refuses endless digits
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FIELDS = frozenset({b"data", b"event", b"id", b"retry"})

EndOfFile = Literal["clean", "partial-block", "partial-line"]


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched message. `event` is "message" if the stream named no type."""

    event: str
    data: str
    id: str


@dataclass(frozen=True, slots=True)
class Comment:
    """The text after the colon, leading space included."""

    text: str


@dataclass(frozen=True, slots=True)
class Retry:
    """The reconnection time that the server asks for."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field name that the standard does not know: this may be no event stream at all."""

    field: str


Item = Event | Comment | Retry | Unknown


class OversizeError(BrokerUnreachable):
    """A line or an event is beyond every sensible size. `items` came whole before it."""

    def __init__(self, what: str, limit: str) -> None:
        super().__init__(
            expected=f"{what} of at most {limit}",
            seen="a larger one",
            where="the bytes of an event stream",
            next_step="check that RECON_BROKER_URL is the broker, then ask the broker",
        )
        self.items: tuple[Item, ...] = ()


class Decoder:
    """Feed it bytes in any pieces, then close it once. After an OversizeError it is dead."""

    __slots__ = (
        "_after_carriage_return",
        "_at_start",
        "_data",
        "_data_size",
        "_fault",
        "_in_block",
        "_last_id",
        "_rest",
        "_type",
    )

    def __init__(self) -> None:
        self._rest = bytearray()  # the last line so far, still without its end
        self._after_carriage_return = False
        self._at_start = True
        self._in_block = False
        self._data: list[bytes] = []
        self._data_size = 0
        self._type = ""
        self._last_id = ""
        self._fault: OversizeError | None = None

    def feed(self, chunk: bytes) -> list[Item]:
        """What these bytes complete, in order. Raises OversizeError, which has what came whole."""
        if self._fault is not None:
            raise self._fault
        items: list[Item] = []
        try:
            for line in self._whole_lines(chunk):
                if not line:
                    self._dispatch(items)
                elif len(line) > SIZE_MAX:
                    raise OversizeError("a line", f"{SIZE_MAX} bytes")
                elif line[:6] == b"data: ":
                    self._add_data(line[6:])
                else:
                    self._read_line(line, items)
            if len(self._rest) > SIZE_MAX:
                raise OversizeError("a line", f"{SIZE_MAX} bytes")
        except OversizeError as fault:
            fault.items = tuple(items)
            self._fault = fault
            raise
        return items

    def close(self) -> EndOfFile:
        """What the standard would now throw away in silence: nothing, a block, or a line."""
        if self._rest:
            return "partial-line"
        return "partial-block" if self._in_block else "clean"

    def _whole_lines(self, chunk: bytes) -> list[bytes]:
        """The lines that end in this chunk. bytes.splitlines knows exactly CR, LF and CRLF."""
        if self._after_carriage_return and chunk:
            self._after_carriage_return = False
            chunk = chunk.removeprefix(b"\n")
        if not chunk:
            return []
        lines = chunk.splitlines()
        last = b"" if chunk[-1] in b"\r\n" else lines.pop()
        self._after_carriage_return = chunk[-1] == 0x0D
        if lines:
            if self._rest:
                lines[0] = bytes(self._rest) + lines[0]
                self._rest.clear()
            if self._at_start:
                lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
                self._at_start = False
        self._rest += last
        return lines

    def _add_data(self, value: bytes) -> None:
        """One data line of the event that is being read."""
        self._in_block = True
        self._data.append(value)
        self._data_size += len(value) + 1
        if self._data_size > SIZE_MAX:
            raise OversizeError("an event", f"{SIZE_MAX} bytes")
        if len(self._data) > DATA_LINES_MAX:
            raise OversizeError("an event", f"{DATA_LINES_MAX} data lines")

    def _read_line(self, line: bytes, items: list[Item]) -> None:
        """Any line that is neither empty nor the common `data: …`."""
        name, _, value = line.partition(b":")
        if not name:
            items.append(Comment(_text(value)))
            return
        value = value.removeprefix(b" ")
        if name not in FIELDS:
            items.append(Unknown(_text(name)))
            return
        self._in_block = True
        if name == b"data":
            self._add_data(value)
        elif name == b"event":
            self._type = _text(value)
        elif name == b"id":
            if b"\0" not in value:
                self._last_id = _text(value)
        elif value.isdigit():
            items.append(Retry(_bounded(value)))

    def _dispatch(self, items: list[Item]) -> None:
        """An empty line: the event is whole, if there is one."""
        if self._data:
            data = _text(b"\n".join(self._data))
            items.append(Event(self._type or "message", data, self._last_id))
            self._data.clear()
            self._data_size = 0
        self._type = ""
        self._in_block = False


def _text(value: bytes) -> str:
    """UTF-8 whatever the headers say; bad bytes become U+FFFD."""
    return str(value, "utf-8", "replace")


def _bounded(digits: bytes) -> int:
    """The number, or RETRY_MAX for a larger one."""
    significant = digits.lstrip(b"0") or b"0"
    return int(significant) if len(significant) <= len(str(RETRY_MAX)) else RETRY_MAX
