"""Where a night begins: at the last closing before a few bounds. Pure; reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from recon.archive.manifest import Fetch
from recon.closings.parts import SHAPE
from recon.closings.store import Closing, still_valid
from recon.feeds.streams import BOOKED

SESSIONS_MAX = 250  # of the past whose closings one night makes


def choose_closing(
    closings: Mapping[str, Closing],
    fetches: Sequence[Fetch],
    sessions: Sequence[date],
    system_date: date,
    open_since: Iterable[date],
    lookback_sessions: int,
) -> Closing | None:
    """The closing that a night begins with; None for the beginning of the books.

    It is the last one of this release's shape that lies so many sessions back, as far before all
    that no closing carries though it is open, and for whose days nothing has been archived since.
    """
    before = [day for day in sessions if day < system_date]
    if len(before) < lookback_sessions:
        return None
    held = [
        [day for day in sessions if day < first][-lookback_sessions:][0] for first in open_since
    ]
    bound = str(min([before[-lookback_sessions], *held]))
    streams = [stream.name for stream in BOOKED]
    early = [c for day, c in sorted(closings.items()) if day < bound and c.shape == SHAPE]
    return next((c for c in reversed(early) if still_valid(c, fetches, streams)), None)


def closing_days(
    closings: Iterable[Closing],
    fetches: Iterable[Fetch],
    sessions: Sequence[date],
    system_date: date,
    start: Closing | None,
) -> list[date]:
    """The days whose closing a night makes: every session since it begins, and every stored one it
    reopens. Without a start each day of the books gets one, so that its lines are known."""
    first = start.system_date if start else _first_day(fetches, system_date)
    since = [day for day in sessions if first <= str(day) <= str(system_date)]
    stored = [date.fromisoformat(closing.system_date) for closing in closings]
    after = start.system_date if start else ""
    days = {day for day in [*since[-SESSIONS_MAX:], *stored] if after < str(day)}
    return sorted(day for day in days if day <= system_date)


def _first_day(fetches: Iterable[Fetch], system_date: date) -> str:
    """The day of the first booked event; one that lies before all that was asked for does not
    count."""
    booked = {stream.name for stream in BOOKED}
    found = [fetch for fetch in fetches if fetch.stream in booked and fetch.segments]
    asked = min((fetch.since[:10] for fetch in found), default=str(system_date))
    days = [segment.first_day for fetch in found for segment in fetch.segments]
    return max(asked, min(days, default=asked))
