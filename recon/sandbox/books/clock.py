"""The sandbox's days and instants: takes dates and New York times, gives UTC nanoseconds.

An instant is an integer: nanoseconds since 1970 in UTC, because execution timestamps have
nanoseconds and Python's datetime stops at microseconds. Nothing here reads a clock.
"""

from __future__ import annotations

import datetime

SYSTEM_DATES = tuple(datetime.date(2026, 6, day) for day in (15, 16, 17, 18, 22, 23))
HOLIDAYS = frozenset({datetime.date(2026, 6, 19)})  # Juneteenth, a Friday

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
MILLISECOND = 1_000_000
MICROSECOND = 1_000

_EASTERN = datetime.timezone(datetime.timedelta(hours=-4))  # New York in June
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_FRIDAY = 4


def next_business_day(date: datetime.date) -> datetime.date:
    """The first day after it on which trades settle."""
    following = date + datetime.timedelta(days=1)
    while following.weekday() > _FRIDAY or following in HOLIDAYS:
        following += datetime.timedelta(days=1)
    return following


def eastern(date: datetime.date, clock: str, nanoseconds: int = 0) -> int:
    """The instant of a New York wall clock time HH:MM on that calendar day, plus nanoseconds."""
    moment = datetime.datetime.combine(date, datetime.time.fromisoformat(clock), _EASTERN)
    return int((moment - _EPOCH).total_seconds()) * SECOND + nanoseconds


def day_before(date: datetime.date) -> datetime.date:
    """The calendar day before, business day or not."""
    return date - datetime.timedelta(days=1)


def to_nanoseconds(instant: int) -> str:
    """RFC 3339 in UTC with up to nine decimals, as the broker prints execution timestamps."""
    return _rfc3339(instant // SECOND, f"{instant % SECOND:09d}")


def to_microseconds(instant: int) -> str:
    """RFC 3339 in UTC with up to six decimals, as the broker prints `at`; the rest is cut."""
    return _rfc3339(instant // SECOND, f"{instant % SECOND // MICROSECOND:06d}")


def _rfc3339(seconds: int, fraction: str) -> str:
    moment = _EPOCH + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{fraction}".rstrip("0").rstrip(".") + "Z"
