"""The trading calendar of `data/calendar_us.csv`: which days the broker books."""

from __future__ import annotations

import csv
from datetime import date

from recon.errors import UsageError
from recon.resources import folder


def is_session(day: date) -> bool:
    """Whether the exchange trades on that day. Raises UsageError outside the calendar."""
    path = folder("data") / "calendar_us.csv"
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["date"] == day.isoformat():
                return row["is_session"] == "true"
    raise UsageError(
        expected="a date that the trading calendar covers",
        seen=str(day),
        where=path.name,
        next_step="update to a release whose calendar reaches that far",
    )
