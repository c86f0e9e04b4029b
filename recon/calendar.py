"""The trading calendar of `data/calendar_us.csv`: which days the broker books."""

from __future__ import annotations

import csv
import functools
from datetime import date

import pendulum

from recon.errors import UsageError
from recon.paths import folder
from recon.window import NEW_YORK

FILE = "calendar_us.csv"
CLOSING_HOUR, EARLY_HOUR = 16, 13  # in New York


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


def session_end(day: date) -> pendulum.DateTime:
    """When the exchange closes on that day, as UTC; of a day without a session when it would."""
    hour = EARLY_HOUR if day in _early_days() else CLOSING_HOUR
    return pendulum.datetime(day.year, day.month, day.day, hour, tz=NEW_YORK).in_timezone("UTC")


@functools.cache
def _days() -> dict[date, bool]:
    return {date.fromisoformat(row["date"]): row["is_session"] == "true" for row in _rows()}


@functools.cache
def _early_days() -> frozenset[date]:
    return frozenset(
        date.fromisoformat(row["date"]) for row in _rows() if row["early_close"] == "true"
    )


@functools.cache
def _rows() -> list[dict[str, str]]:
    with (folder("data") / FILE).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
