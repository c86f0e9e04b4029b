"""One JSON value to one typed value: text, exact decimal, instant, date, flag. Pure; never rounds.

Each reader raises ValueError for a value that cannot be typed exactly.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

DIGITS_BEFORE, DIGITS_AFTER = 29, 9  # decimal(38, 9)
NUMBER = re.compile(r"-?\d{1,200}(\.\d{1,200})?([eE][+-]?\d{1,3})?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
NANOSECONDS_MAX = 2**63 - 1  # an instant is 64 bits in Parquet: 1677 to 2262


def is_unicode(value: str) -> bool:
    """Whether a text can be written in UTF-8; half of a surrogate pair, escaped, cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, saw {type(value).__name__}")
    if not value.isascii() and not is_unicode(value):
        raise ValueError(f"expected Unicode, saw half of a surrogate pair in {value[:60]!a}")
    return str(value)


def _decimal(value: Any) -> Decimal | None:
    """Exact, from a JSON number or a text; an empty text is no number. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"expected a number, saw {type(value).__name__}")
    if value == "":
        return None
    if not NUMBER.fullmatch(value):
        raise ValueError(f"expected a number, saw {value[:60]!r}")
    number = _without_last_zeros(Decimal(value))
    if number.adjusted() >= DIGITS_BEFORE or _printed_scale(number) > DIGITS_AFTER:
        raise ValueError(f"{value[:60]} does not fit decimal(38,9)")
    return number


def _scale(value: Any) -> int | None:
    """Digits printed after the decimal point."""
    return None if _decimal(value) is None else _printed_scale(Decimal(value))


def _without_last_zeros(number: Decimal) -> Decimal:
    """The same value, without the zeros at its end that more than nine decimals would hold."""
    sign, digits, exponent = number.as_tuple()
    if not number or not isinstance(exponent, int):
        return Decimal(0)
    beyond = max(0, -exponent - DIGITS_AFTER)
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    cut = min(beyond, zeros)
    return Decimal((sign, digits[: len(digits) - cut], exponent + cut))


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


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, saw {type(value).__name__}")
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "decimal": _decimal,
    "scale": _scale,
    "instant": _instant,
    "date": _date,
    "flag": _flag,
}
