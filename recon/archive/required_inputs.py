"""What a night rests on: which stretch of which feed must be proven complete. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pendulum

from recon.archive.comments import why_not_accepted
from recon.archive.coverage import BY_CURSOR, covered, is_covered
from recon.archive.manifest import INGESTED, Fetch, opening_date
from recon.errors import UsageError
from recon.feeds.stream_end import UNKNOWN_COMMENT
from recon.feeds.streams import (
    ACCOUNT_STATUS,
    ACTIVITIES,
    EOD_CASH,
    EOD_POSITIONS,
    LIFECYCLE,
    NTA,
    TRADES,
)
from recon.window import Window, day_start, parse_instant

BOOKED = (TRADES.name, NTA.name, ACTIVITIES.name)
ACCOMPANYING = tuple(stream.name for stream in LIFECYCLE if stream.path)
FIRST_ACCOUNTS = date(2018, 1, 1)  # before the broker opened accounts for partners


@dataclass(frozen=True)
class RequiredInput:
    """A stretch of a stream that the night rests on, and whether it is proven complete.

    A night is certified without an input that is not `binding`; the rules over it evaluate nothing.
    """

    stream: str
    window: Window
    complete: bool
    binding: bool = True


def check_streams(streams: Sequence[str]) -> None:
    """Raises UsageError unless trades and non-trade activities are among these, and nothing that
    a night cannot read."""
    chosen = set(streams)
    known = set(BOOKED) | set(ACCOMPANYING)
    if chosen <= known and (ACTIVITIES.name in chosen or {TRADES.name, NTA.name} <= chosen):
        return
    raise UsageError(
        expected=f"trades and nta, or activities, and any more of {', '.join(sorted(known))}",
        seen=",".join(streams),
        where="setting streams",
        next_step="set RECON_STREAMS or streams in recon.toml; `recon ingest` brings in others",
    )


def required_inputs(
    fetches: Sequence[Fetch], system_date: date, ready: pendulum.DateTime, streams: Sequence[str]
) -> list[RequiredInput]:
    """The streams from the beginning of the books to the moment the broker was ready, without a
    gap, and both statements of the day.

    A stream that moves no money does not bind, and is not needed where the broker never gave it.
    """
    day = Window(day_start(system_date), day_start(system_date + timedelta(days=1)))
    given = {fetch.stream for fetch in fetches}
    found = []
    for stream in streams:
        if stream in BOOKED or stream in given:
            window = Window(_begin(fetches, stream, system_date), ready)
            complete = is_covered(fetches, stream, window)
            found.append(RequiredInput(stream, window, complete, stream in BOOKED))
    return found + [
        RequiredInput(statement, day, is_covered(fetches, statement, day))
        for statement in (EOD_POSITIONS.name, EOD_CASH.name)
    ]


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
    begin = _begin(fetches, stream, system_date)
    ends = [part.until for part in covered(fetches, stream) if part.since <= begin < part.until]
    since = min([day_start(system_date), *(ends or [begin])])
    return Window(since.subtract(days=lookback_days), ready)


def _begin(fetches: Sequence[Fetch], stream: str, system_date: date) -> pendulum.DateTime:
    """From when on events count: the day after the opening, else the first proven instant. How an
    account stands may be reported by an event of any age."""
    if stream == ACCOUNT_STATUS.name:
        return day_start(FIRST_ACCOUNTS)
    opened = opening_date(fetches)
    if opened is not None:
        return day_start(opened + timedelta(days=1))
    first = [part.since for part in covered(fetches, stream)][:1]
    return min([*first, day_start(system_date)])


def is_complete(required: Iterable[RequiredInput]) -> bool:
    """Whether everything that money rests on is proven complete."""
    return all(each.complete for each in required if each.binding)


def unproven(required: Iterable[RequiredInput], fetches: Sequence[Fetch]) -> list[str]:
    """What a night lacks to be certified, in words: the feed, the stretch, its last reading."""
    return [
        f"{each.stream} {each.window}, {_last_reading(each, fetches)}"
        for each in required
        if each.binding and not each.complete
    ]


def _last_reading(required: RequiredInput, fetches: Sequence[Fetch]) -> str:
    """How the last reading that touches the window ended."""
    touching = [
        fetch
        for fetch in fetches
        if fetch.stream == required.stream
        and fetch.ended not in (BY_CURSOR, INGESTED)
        and parse_instant(fetch.since) < required.window.until
        and parse_instant(fetch.until) > required.window.since
    ]
    if not touching:
        return "never read"
    ended = touching[-1].ended
    if ended == UNKNOWN_COMMENT:
        return why_not_accepted(touching[-1])
    return "read with a gap" if ended == "complete" else f"last read with the end: {ended}"
