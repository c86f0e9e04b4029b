"""Reads one window of one stream into the archive, until it is proven complete or tries end.

Takes a broker and a window, or two ids; gives the manifest lines it wrote. Whatever came is kept,
however the stream ended: an event that was seen is never thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence

from recon.archive.archive import Archive
from recon.archive.asking import END_UNKNOWN, QUIET, TOO_MANY, ask
from recon.archive.comments import why_not_accepted
from recon.archive.coverage import BY_CURSOR, covered
from recon.archive.intake import Count, Intake
from recon.archive.manifest import Fetch
from recon.errors import BrokerError
from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.cursor import Cursor
from recon.feeds.sse import OversizeError
from recon.feeds.stream_end import UNKNOWN_COMMENT
from recon.feeds.streams import Stream
from recon.window import Window, parse_instant

TRIES_PER_WINDOW = 3
DIVIDED = ("lossy", TOO_MANY)  # half of it may be read whole
FINAL = ("complete", BY_CURSOR, QUIET, END_UNKNOWN)  # the same question has the same answer


def replay_window(
    broker: Broker,
    archive: Archive,
    stream: Stream,
    window: Window | Cursor,
    count: Count = lambda count: None,
) -> list[Fetch]:
    """Read it whole. A reading that is lossy, or brought more events than one may, is repeated in
    halves; any other unproven end is repeated as it is. What is proven may still be less."""
    made: list[Fetch] = []
    waiting = [(window, TRIES_PER_WINDOW)]
    while waiting:
        part, tries = waiting.pop()
        intake = Intake(archive, stream, _window_of(part, archive.started_at), count)
        try:
            answer = ask(broker, intake, part)
        except BrokerError as fault:
            ended = "oversize" if isinstance(fault, OversizeError) else "cut"
            if intake.received or ended == "oversize":
                intake.record(StreamEnd(ended, intake.received, 0, 0, ()))
            raise
        intake.window = answer.window
        made.append(intake.record(answer.end, answer.asked, answer.by_time))
        if answer.end.ended not in FINAL and tries > 1:
            again = part.halves() if answer.end.ended in DIVIDED else [part]
            waiting.extend((each, tries - 1) for each in again)
    return made


def why_unproven(made: Sequence[Fetch]) -> str:
    """Why these readings of one window, or between two ids, do not prove all of it."""
    broken = [fetch.ended for fetch in made if fetch.ended not in ("complete", BY_CURSOR, *DIVIDED)]
    lossy = [fetch.ended for fetch in made if fetch.ended in DIVIDED and _not_mended(fetch, made)]
    ended = [made[-1].ended, *lossy, *broken][-1]
    if ended == QUIET:
        return (
            "for long nothing but heartbeats came: the last id is not published, or the broker"
            " waits for a later one; what came is kept, and nothing after it is proven"
        )
    if ended == UNKNOWN_COMMENT:
        return why_not_accepted(next(each for each in reversed(made) if each.ended == ended))
    if ended in ("complete", END_UNKNOWN):
        last = made[-1].until if ended == "complete" else made[-1].since
        return (
            f"proven until {last} only: nothing shows that the broker takes instants, and it takes"
            " no publication cursor"
        )
    return f"a reading ended {ended}"


def _not_mended(fetch: Fetch, made: Sequence[Fetch]) -> bool:
    """Whether no whole reading has the beginning of that window."""
    begin = parse_instant(fetch.since)
    whole = covered(made, fetch.stream) + covered(made, fetch.stream, BY_CURSOR)
    return not any(part.since <= begin < part.until for part in whole)


def _window_of(part: Window | Cursor, started_at: str) -> Window:
    """Of ids it is when their events were published; of integers, of which nobody knows that,
    the second before the reading."""
    if isinstance(part, Window):
        return part
    now = parse_instant(started_at)
    return part.published or Window(now.subtract(seconds=1), now)
