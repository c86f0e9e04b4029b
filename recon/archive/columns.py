"""Takes one JSON text, gives its typed columns. Pure; never rounds, never drops a value.

What cannot be typed exactly is null in its column and named in `unread`, and the raw text
beside the Parquet still has it.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon.feeds.stream import Stream, member

DIGITS_BEFORE, DIGITS_AFTER = 29, 9  # decimal(38, 9)
NUMBER = re.compile(r"-?\d{1,200}(\.\d{1,200})?([eE][+-]?\d{1,3})?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
IDENTITY = re.compile(r"[A-Za-z0-9:_.-]{1,200}")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
NANOSECONDS_MAX = 2**63 - 1  # an instant is 64 bits in Parquet: 1677 to 2262


class Number(str):
    """The text of a JSON number: kept apart from a string, never made a float."""


@dataclass(frozen=True)
class Row:
    """One archived message. `values` are the stream's columns in their order, `event_at` the one
    of that name: nanoseconds since 1970, None where nothing says when it was."""

    text: str
    identity: str
    payload_hash: str
    malformed: str | None
    unread: list[str]
    values: list[Any]
    event_at: int | None = None


def read_row(stream: Stream, text: str) -> Row:
    """Type one message. A text that is no JSON object becomes a row that says so."""
    repeated: list[str] = []
    try:
        event = json.loads(text, object_pairs_hook=_noting(repeated), **NUMBERS_AS_TEXTS)
    except (ValueError, RecursionError) as error:
        return _quarantined(stream, text, f"not JSON: {type(error).__name__}")
    if not isinstance(event, dict):
        return _quarantined(stream, text, f"not a JSON object but {type(event).__name__}")
    return _row(stream, text, event, repeated)


def read_lines_row(stream: Stream, text: str, statement_date: datetime.date) -> Row:
    """Type an answer that is a JSON array: its entries are `lines`, beside the date asked for.

    The row's text stays the answer's own. Raises ValueError for a text that is no JSON.
    """
    answer = {"statement_date": statement_date.isoformat(), "lines": parse_json(text)}
    return _row(stream, text, answer, [])


def _row(stream: Stream, text: str, event: dict[str, Any], unread: list[str]) -> Row:
    values = [_typed(event, column.path, column.kind, unread) for column in stream.columns]
    by_name = dict(zip((column.name for column in stream.columns), values, strict=True))
    missing = [name for name in stream.required if by_name[name] is None]
    payload_hash = _hash(text)
    return Row(
        text=text,
        identity=_identity(stream, event, payload_hash),
        payload_hash=payload_hash,
        malformed="lacks " + ", ".join(missing) if missing else None,
        unread=unread,
        values=values,
        event_at=by_name.get("event_at"),
    )


def parse_json(text: str) -> Any:
    """JSON with every number as a `Number`, so that no digit can be lost. Raises ValueError."""
    return json.loads(text, **NUMBERS_AS_TEXTS)


def exact_json(value: Any) -> str:
    """JSON of a parsed value, keys sorted, every number as its text in quotes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


NUMBERS_AS_TEXTS: dict[str, Any] = {
    "parse_float": Number,
    "parse_int": Number,
    "parse_constant": _refuse,
}


def _noting(repeated: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Makes objects whose last member of a name holds, and notes the names that came twice."""

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            twice = {name for name in names if names.count(name) > 1}
            repeated.extend(f"{name[:60]!a}: sent twice in one object" for name in sorted(twice))
        return members

    return made


def _quarantined(stream: Stream, text: str, reason: str) -> Row:
    payload_hash = _hash(text)
    return Row(
        text, "content:" + payload_hash, payload_hash, reason, [], [None] * len(stream.columns)
    )


def _hash(text: str) -> str:
    """Of the text as it came: an event that differs in anything is never taken for a repeat."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _identity(stream: Stream, event: dict[str, Any], payload_hash: str) -> str:
    """The first usable identity; a placeholder such as `{GUID}` is none, so the content is."""
    for path in stream.identity:
        value = event.get(path)
        if isinstance(value, str) and IDENTITY.fullmatch(value):
            return value
    return "content:" + payload_hash


def _typed(event: dict[str, Any], path: tuple[str, ...], kind: str, unread: list[str]) -> Any:
    value: Any = event
    for key in path:
        value = member(value, key) if isinstance(value, dict) else None
    if value is None:
        return None
    try:
        return _READERS[kind](value)
    except (ValueError, OverflowError, RecursionError) as error:
        reason = f"{'.'.join(path)}: {error}"
        if reason not in unread:  # two columns may read one path
            unread.append(reason)
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, saw {type(value).__name__}")
    if not value.isascii() and not _is_unicode(value):
        raise ValueError(f"expected Unicode, saw half of a surrogate pair in {value[:60]!a}")
    return str(value)


def _json(value: Any) -> str:
    """JSON that every reader takes. Raises ValueError for text that cannot be written in UTF-8."""
    text = exact_json(value)
    if "\\ud" in text and not _is_unicode(json.dumps(value, ensure_ascii=False)):
        raise ValueError("expected Unicode, saw half of a surrogate pair")
    return text


def _is_unicode(value: str) -> bool:
    """Whether a text can be written in UTF-8; half of a surrogate pair, escaped, cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decimal(value: Any) -> Decimal | None:
    """Exact, from a JSON number or a text; an empty text is no number. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"expected a number, saw {type(value).__name__}")
    if value == "":
        return None
    if not NUMBER.fullmatch(value):
        raise ValueError(f"expected a number, saw {value[:60]!r}")
    number = Decimal(value)
    if number.adjusted() >= DIGITS_BEFORE or _printed_scale(number) > DIGITS_AFTER:
        raise ValueError(f"{value[:60]} does not fit decimal(38,9)")
    return number


def _scale(value: Any) -> int | None:
    """Digits printed after the decimal point."""
    number = _decimal(value)
    return None if number is None else _printed_scale(number)


def _printed_scale(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _instant(value: Any) -> int:
    """Nanoseconds since 1970 in UTC. Raises ValueError for a text without a zone."""
    match = INSTANT.fullmatch(_text(value))
    if match is None:
        raise ValueError(f"expected an RFC 3339 instant, saw {str(value)[:60]!r}")
    date, time, fraction, zone = match.groups()
    seconds = _seconds(f"{date}T{time}{zone.replace('Z', '+00:00')}")
    nanoseconds = seconds * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    if abs(nanoseconds) > NANOSECONDS_MAX:
        raise ValueError(f"expected an instant from 1678 to 2261, saw {str(value)[:60]!r}")
    return nanoseconds


@functools.lru_cache(maxsize=4096)
def _seconds(text: str) -> int:
    since_epoch = datetime.datetime.fromisoformat(text) - EPOCH
    return since_epoch.days * 86_400 + since_epoch.seconds


def _date(value: Any) -> datetime.date:
    """A calendar date; of an instant only the date that is printed. Raises ValueError."""
    return _calendar_date(_text(value))


@functools.lru_cache(maxsize=4096)
def _calendar_date(text: str) -> datetime.date:
    if INSTANT.fullmatch(text):
        text = text[:10]
    if not DATE.fullmatch(text):
        raise ValueError(f"expected a date, saw {text[:60]!r}")
    return datetime.date.fromisoformat(text)


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "decimal": _decimal,
    "scale": _scale,
    "instant": _instant,
    "date": _date,
    "json": _json,
}
