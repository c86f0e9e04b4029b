"""Takes one JSON text, gives its typed columns. Pure; never rounds, never drops a value.

What cannot be typed exactly is null in its column and named in `unread`, and the raw text
beside the Parquet still has it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon.archive.values import DIGITS_BEFORE, READERS, is_unicode
from recon.feeds.stream import Stream, member

POWER = re.compile(r"-?\d{1,200}(\.\d{1,200})?[eE][+-]?0*\d{1,3}", re.ASCII)
IDENTITY = re.compile(r"[A-Za-z0-9:_.-]{1,200}")
WITHOUT_IDENTITY = "content:"


class Number(str):
    """The text of a JSON number: kept apart from a string, never made a float."""

    @property
    def as_name(self) -> str:
        """The one text for its value where it names something: 7.00 is 7."""
        digits = self.rstrip("0").rstrip(".") if "." in self else str(self)
        return "0" if digits == "-0" else digits


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
    payload_hash = text_hash(text)
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


def _in_digits(text: str) -> Number:
    """15e-1 as 1.5, so that every reader of digits reads it; what is absurdly long stays."""
    match = POWER.fullmatch(text)
    if match is None or abs(Decimal(text).adjusted()) > DIGITS_BEFORE:
        return Number(text)
    return Number(format(Decimal(text), "f"))


NUMBERS_AS_TEXTS: dict[str, Any] = {
    "parse_float": _in_digits,
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
    payload_hash = text_hash(text)
    return Row(
        text, WITHOUT_IDENTITY + payload_hash, payload_hash, reason, [],
        [None] * len(stream.columns),
    )  # fmt: skip


def text_hash(text: str) -> str:
    """Of the text as it came. Another text may say the same: see `contents`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _identity(stream: Stream, event: dict[str, Any], payload_hash: str) -> str:
    """The first usable identity; a placeholder such as `{GUID}` is none, so the content is."""
    for path in stream.identity:
        value = event.get(path)
        value = value.as_name if isinstance(value, Number) else value
        if isinstance(value, str) and IDENTITY.fullmatch(value):
            return value
    return WITHOUT_IDENTITY + payload_hash


def is_object(row: Row) -> bool:
    """Whether the text is a JSON object; of any other the text is all there is to know."""
    return row.malformed is None or not row.malformed.startswith("not ")


def has_identity(identity: str) -> bool:
    """Whether the broker named the event; else it is known by the text that it first came in."""
    return not identity.startswith(WITHOUT_IDENTITY)


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


def _json(value: Any) -> str:
    """JSON that every reader takes. Raises ValueError for text that cannot be written in UTF-8."""
    text = exact_json(value)
    if "\\ud" in text and not is_unicode(json.dumps(value, ensure_ascii=False)):
        raise ValueError("expected Unicode, saw half of a surrogate pair")
    return text


def _text(value: Any) -> Any:
    return READERS["text"](value.as_name if isinstance(value, Number) else value)


_READERS = {**READERS, "text": _text, "json": _json}
