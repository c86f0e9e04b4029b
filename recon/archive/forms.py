"""Finds out in which form a broker takes the ends of a window: instants, dates, or either cut.

Asks for the one second of an event that is known. Who cuts that to its date leaves the event out,
or sends the whole day. Writes nothing.
"""

from __future__ import annotations

import pendulum

from recon.archive.archive import Archive
from recon.archive.columns import read_row
from recon.archive.manifest import read_from_broker
from recon.feeds.bounds import NOT_IN_THAT_FORM, closed_dates
from recon.feeds.broker import Broker
from recon.feeds.cursor import NO_SUCH_CURSOR, published_between
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import Stream
from recon.window import Window

DEADLINE_SECONDS = 10.0
DAYS_BACK = 3
SECOND = 1_000_000_000
BY_PUBLICATION = "; the rest of each window is asked for by publication"


def form_of(
    broker: Broker, archive: Archive, stream: Stream, now: pendulum.DateTime
) -> tuple[bool, str]:
    """Whether whole windows of that stream can be proven, and what the broker takes. Raises
    BrokerError where it refuses every form."""
    recent = Window(now.subtract(days=DAYS_BACK), now)
    try:
        at = _archived(archive, stream) or _heard(broker, stream, recent)
        if at is None:
            return True, "takes instants; whether it cuts them to dates shows with the first event"
        ended, seconds = _asked_for_a_second(broker, stream, at)
        if ended != "complete":
            return False, f"did not say how it takes them: the reading ended {ended}"
        if seconds == {at.int_timestamp}:
            return True, "takes instants"
        taken = "cuts instants to dates"
    except AnswerRefused as refusal:
        closed = closed_dates(recent, now)
        if refusal.status not in NOT_IN_THAT_FORM or closed is None:
            raise
        broker.read_window(
            stream, closed[0], lambda texts: None, stop=_at_once, deadline_seconds=DEADLINE_SECONDS
        )
        taken = "takes dates, not instants"
    if _takes_publication(broker, stream, now):
        return True, taken + BY_PUBLICATION
    return False, f"{taken}, and no publication cursor: a day is proven only once it is over"


def _archived(archive: Archive, stream: Stream) -> pendulum.DateTime | None:
    """The second of the last event that the broker sent when it was last asked and sent any."""
    last = [fetch for fetch in read_from_broker(archive.of(stream)) if fetch.segments][-1:]
    times = [row["event_at"] for row in archive.rows(stream, ["event_at"], last)]
    known = [time for time in times if time is not None]
    return pendulum.instance(max(known)).start_of("second") if known else None


def _heard(broker: Broker, stream: Stream, window: Window) -> pendulum.DateTime | None:
    """The second of the first event of the window that says when it was."""
    times: list[int] = []

    def take(texts: list[str]) -> None:
        rows = (read_row(stream, text) for text in texts)
        times.extend(row.event_at for row in rows if row.event_at is not None)

    broker.read_window(
        stream, window, take, stop=lambda: bool(times), deadline_seconds=DEADLINE_SECONDS
    )
    return pendulum.from_timestamp(times[0] // SECOND) if times else None


def _asked_for_a_second(
    broker: Broker, stream: Stream, at: pendulum.DateTime
) -> tuple[str, set[int]]:
    """How the reading of that second ended, and the seconds of the events that came."""
    seconds: set[int] = set()

    def take(texts: list[str]) -> None:
        rows = (read_row(stream, text) for text in texts)
        seconds.update(row.event_at // SECOND for row in rows if row.event_at is not None)

    window = Window(at, at.add(seconds=1))
    end = broker.read_window(stream, window, take, deadline_seconds=DEADLINE_SECONDS)
    return end.ended, seconds


def _takes_publication(broker: Broker, stream: Stream, now: pendulum.DateTime) -> bool:
    cursor = published_between(stream, now.subtract(minutes=1), now)
    try:
        broker.read_window(
            stream, cursor, lambda texts: None, stop=_at_once, deadline_seconds=DEADLINE_SECONDS
        )
    except AnswerRefused as refusal:
        if refusal.status not in NO_SUCH_CURSOR:
            raise
        return False
    return True


def _at_once() -> bool:
    return True
