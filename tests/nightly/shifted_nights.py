"""A process of its own: nights of right books whose days are others, by the real zone of New York.

python -m tests.nightly.shifted_nights HOME NIGHTS YYYY-MM-DD… prints the result of each night, and
what broke. The dates are those of the books, in order: six sessions. Where the broker remade ids
of version 1, only later versions are read: what it published when cannot be asked for there.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pendulum

from recon.calendar import sessions
from recon.feeds.cursor import REMADE
from recon.sandbox.books import clock
from recon.settings import DEFAULTS

NO_SESSIONS = frozenset(
    date.fromordinal(day)
    for day in range(date(2024, 1, 1).toordinal(), date(2026, 12, 31).toordinal())
    if date.fromordinal(day) not in sessions()
)


def main(home: Path, nights: int, days: list[date]) -> None:
    """The books are made of the days of the clock, which has to be set before they are imported."""
    clock.SYSTEM_DATES = tuple(days)
    clock.HOLIDAYS = NO_SESSIONS | {date(2025, 10, 13), date(2025, 11, 11)}  # banks are closed
    clock._EASTERN = ZoneInfo("America/New_York")  # type: ignore[assignment]  # noqa: SLF001
    from recon.sandbox.wire.server import Sandbox  # noqa: PLC0415
    from tests.nightly.nights import right_books, run_night  # noqa: PLC0415

    remade = days[0] < REMADE.until.date()
    streams = "trades,activities" if remade else DEFAULTS["streams"]
    with Sandbox(right_books(), as_of=days[0]) as sandbox:
        for day in days[:nights]:
            sandbox.advance_to(day)
            now = pendulum.datetime(day.year, day.month, day.day).add(days=5)
            outcome = run_night(sandbox, home, day, now=now, streams=streams)
            rules = sorted({row["rule"] for row in outcome.worst if row["state"] == "break"})
            sys.stdout.write(" ".join([str(day), outcome.result, *rules]) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), [date.fromisoformat(text) for text in sys.argv[3:]])
