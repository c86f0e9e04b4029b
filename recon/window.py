"""Windows of time and system dates: all time-zone work of the project is here.

Instants are pendulum DateTimes in UTC. A system date is the broker's booking day, a New York
calendar date that the broker names; it is never derived from the clock.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import pendulum

from recon.errors import UsageError

NEW_YORK = "America/New_York"
UNIX_EPOCH, NANOSECONDS_A_DAY = datetime.date(1970, 1, 1), 86_400 * 1_000_000_000
SHORTEST_HALF_SECONDS = 60
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?", re.ASCII
)


@dataclass(frozen=True)
class Window:
    """Half-open [since, until), both UTC. Never empty, never backwards."""

    since: pendulum.DateTime
    until: pendulum.DateTime

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise UsageError(
                expected="since before until",
                seen=f"since {as_z(self.since)}, until {as_z(self.until)}",
                where="the window asked for",
                next_step="give a window that has a length",
            )

    def __str__(self) -> str:
        return f"{as_z(self.since)} .. {as_z(self.until)}"

    def halves(self) -> list[Window]:
        """The later and the earlier half; itself where it is too short to divide."""
        seconds = (self.until - self.since).total_seconds()
        if seconds < 2 * SHORTEST_HALF_SECONDS:
            return [self]
        middle = self.since.add(seconds=int(seconds // 2))
        return [Window(middle, self.until), Window(self.since, middle)]


def parse_instant(text: str) -> pendulum.DateTime:
    """A date (midnight UTC) or an RFC 3339 instant with a zone, as UTC. Raises UsageError."""
    if INSTANT.fullmatch(text):
        try:
            parsed = pendulum.parse(text.replace(" ", "T"))
        except ValueError:
            parsed = None
        if isinstance(parsed, pendulum.DateTime):
            return parsed.in_timezone("UTC")
    raise UsageError(
        expected="a date such as 2026-06-15 or an instant such as 2026-06-15T04:00:00Z",
        seen=repr(text),
        where="a point in time",
        next_step="write the zone as Z or as an offset",
    )


def parse_date(text: str) -> datetime.date:
    """A system date YYYY-MM-DD. Raises UsageError."""
    try:
        if DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(
        expected="a date such as 2026-06-15",
        seen=repr(text),
        where="a system date",
        next_step="give the broker's booking day as YYYY-MM-DD",
    )


def as_z(instant: pendulum.DateTime) -> str:
    """RFC 3339 in UTC with Z, microseconds only where there are any."""
    text = instant.in_timezone("UTC").format("YYYY-MM-DDTHH:mm:ss.SSSSSS")
    return text.rstrip("0").rstrip(".") + "Z"


def day_start(system_date: datetime.date) -> pendulum.DateTime:
    """Midnight in New York at the beginning of that date, as UTC."""
    midnight = pendulum.datetime(system_date.year, system_date.month, system_date.day, tz=NEW_YORK)
    return midnight.in_timezone("UTC")


def parse_duration(text: str) -> float:
    """Seconds of `90s`, `30m` or `4h`, for waiting only. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{1,6})([smh])", text)
    if match is None or int(match[1]) == 0:
        raise UsageError(
            expected="a duration such as 90s, 30m or 4h",
            seen=repr(text),
            where="a waiting time",
            next_step="give a number and one of s, m, h",
        )
    return float(int(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]])


def new_york_date(nanoseconds: int) -> datetime.date:
    """The calendar date in New York at an instant, given as nanoseconds since 1970."""
    return pendulum.from_timestamp(nanoseconds // 1_000_000_000, tz=NEW_YORK).date()


def utc_date(nanoseconds: int) -> datetime.date:
    """The date in UTC at such an instant."""
    return UNIX_EPOCH + datetime.timedelta(days=nanoseconds // NANOSECONDS_A_DAY)
