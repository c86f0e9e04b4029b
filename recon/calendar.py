"""The trading calendar of `data/calendar_us.csv`: which days the broker books."""

from __future__ import annotations

import csv
import functools
from datetime import date

from recon.errors import UsageError
from recon.paths import folder

FILE = "calendar_us.csv"


@functools.cache
def sessions() -> tuple[date, ...]:
    """Every trading day, in order."""
    return tuple(day for day, is_open in _days().items() if is_open)


def is_session(day: date) -> bool:
    """Whether the exchange trades on that day. Raises UsageError outside the calendar."""
    days = _days()
    if day in days:
        return days[day]
    raise UsageError(
        expected="a date that the trading calendar covers",
        seen=str(day),
        where=FILE,
        next_step="update to a release whose calendar reaches that far",
    )


@functools.cache
def _days() -> dict[date, bool]:
    with (folder("data") / FILE).open(newline="", encoding="utf-8") as file:
        return {
            date.fromisoformat(row["date"]): row["is_session"] == "true"
            for row in csv.DictReader(file)
        }
