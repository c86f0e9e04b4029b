"""What `since` and `until` prove, where the broker's documents disagree about them. Pure.

One document has dates there, the other instants. A broker may refuse instants, or cut them to their
date without a word; of a date nobody documents the zone, nor whether `until` includes its day. So
nothing counts as asked for that some reading of the documents leaves out.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pendulum

from recon.window import NEW_YORK, Window, day_start

NOT_IN_THAT_FORM = (400, 422)  # how a broker refuses a window that is written as it does not take
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Dates:
    """A window as dates, for a broker that takes nothing else."""

    since: datetime.date
    until: datetime.date

    @property
    def params(self) -> dict[str, str]:
        """The query that asks for it."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}


def open_ended(window: Window) -> tuple[Window, Dates]:
    """The window with an end that lies after its own however it is read, by instants and by dates:
    for following what is yet to come, where the reader ends it."""
    until = _date_after(window.until) + ONE_DAY
    return Window(window.since, _midnight(until)), Dates(window.since.date() - ONE_DAY, until)


def closed_dates(window: Window, now: pendulum.DateTime) -> tuple[Dates, Window] | None:
    """The dates to ask for and the part of the window that they prove; None where that is nothing.

    The stream ends by itself only if `until` is over, its day included, in New York as well as in
    UTC; it then proves everything before midnight UTC, the earlier of the two.
    """
    over = now.in_timezone(NEW_YORK).date() - ONE_DAY
    until = min(_date_after(window.until), over)
    proven = min(window.until, _midnight(until))
    if proven <= window.since:
        return None
    return Dates(window.since.date() - ONE_DAY, until), Window(window.since, proven)


def before_its_day(window: Window) -> pendulum.DateTime:
    """The end of what is answered though `until` is cut to its date; never before `since`."""
    return max(window.since, _midnight(window.until.date()))


def shows_no_cut(window: Window, last_event: int) -> bool:
    """Whether an event, in nanoseconds, came that no broker sends who cuts `until` to its date, be
    it midnight in UTC or in New York."""
    return last_event >= day_start(window.until.date()).int_timestamp * 1_000_000_000


def _date_after(until: pendulum.DateTime) -> datetime.date:
    """The first date at whose beginning in UTC the window is over."""
    day: datetime.date = until.date()
    return day if until == _midnight(day) else day + ONE_DAY


def _midnight(day: datetime.date) -> pendulum.DateTime:
    return pendulum.datetime(day.year, day.month, day.day)
