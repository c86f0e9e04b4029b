"""What a night rests on: which stretch of which feed must be proven complete. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pendulum

from recon.archive.coverage import covered, is_covered
from recon.archive.manifest import Fetch, opening_date
from recon.feeds.streams import EOD_CASH, EOD_POSITIONS
from recon.reports.certificate import Need
from recon.window import Window, day_start

BOOKED_STREAMS = ("trades", "nta")


def needs(fetches: Sequence[Fetch], system_date: date, ready: pendulum.DateTime) -> list[Need]:
    """The streams from the beginning of the books to the moment the broker was ready, without a
    gap, and both statements of the day."""
    day = Window(day_start(system_date), day_start(system_date + timedelta(days=1)))
    windows = [
        (stream, Window(books_begin(fetches, stream, system_date), ready))
        for stream in BOOKED_STREAMS
    ]
    windows += [(EOD_POSITIONS.name, day), (EOD_CASH.name, day)]
    return [Need(stream, window, is_covered(fetches, stream, window)) for stream, window in windows]


def books_begin(fetches: Sequence[Fetch], stream: str, system_date: date) -> pendulum.DateTime:
    """From when on events count: the day after the opening, else the first proven instant."""
    opened = opening_date(fetches)
    if opened is not None:
        return day_start(opened + timedelta(days=1))
    first = [part.since for part in covered(fetches, stream)][:1]
    return min([*first, day_start(system_date)])


def to_read(
    fetches: Sequence[Fetch],
    stream: str,
    system_date: date,
    ready: pendulum.DateTime,
    lookback_days: int,
) -> Window:
    """What to ask for tonight: from the end of the stretch that is proven from the beginning of the
    books on, so that a gap is filled, and some days further back, since late records carry old
    times."""
    begin = books_begin(fetches, stream, system_date)
    ends = [part.until for part in covered(fetches, stream) if part.since <= begin < part.until]
    since = min([day_start(system_date), *(ends or [begin])])
    return Window(since.subtract(days=lookback_days), ready)
