"""Asks for one part of a stream, and says how much of it the answer proves.

Where the broker's documents disagree whether a window is written with instants or with dates,
instants are tried first and dates where they are refused; the last form that was taken is in the
manifest. An answer that does not show by itself that `until` was taken to the second proves only
the days before: the rest of the window is then asked for by publication, which has one meaning.
An event is not published before it happens, so what happened in a stretch of time and was published
by its end was published in that stretch.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import pendulum

from recon.archive.comments import accepted_comments
from recon.archive.coverage import BY_CURSOR
from recon.archive.intake import Intake
from recon.archive.manifest import Fetch
from recon.feeds.bounds import NOT_IN_THAT_FORM, Dates, before_its_day, closed_dates, shows_no_cut
from recon.feeds.broker import Broker, StreamEnd
from recon.feeds.cursor import (
    NO_SUCH_CURSOR,
    OVERLAP_MINUTES,
    Cursor,
    ids_were_remade,
    published_between,
)
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import Stream
from recon.window import Window, parse_instant

INSTANTS, DATES = "instants", "dates"
QUIET, END_UNKNOWN, TOO_MANY = "quiet", "end_unknown", "too_many"
NOTHING = StreamEnd("complete", 0, 0, 0, ())
Read = Callable[[Window | Dates | Cursor], StreamEnd]


@dataclass(frozen=True)
class Answer:
    """How a reading ended, and the window that it proves if that is "complete".

    `asked` is "dates" where the broker took those, "instants" where it was seen to take these to
    the second. `by_time` is the end of what was read by the time of the events.
    """

    end: StreamEnd
    window: Window
    asked: str
    by_time: pendulum.DateTime


def ask(broker: Broker, intake: Intake, part: Window | Cursor) -> Answer:
    """Read one part into the intake. Raises BrokerError."""
    read = functools.partial(_bounded, broker, intake, accepted_comments(intake.archive.fetches))
    if isinstance(part, Cursor):
        end = read(part)
        ended = BY_CURSOR if end.ended == "complete" else end.ended
        return Answer(replace(end, ended=ended), intake.window, "", intake.window.until)
    last = last_form(intake.archive.of(intake.stream))
    first = _by_dates if last == DATES else _by_instants
    other = _by_instants if last == DATES else _by_dates
    try:
        answer = first(read, intake, part)
    except AnswerRefused as refusal:
        if refusal.status not in NOT_IN_THAT_FORM:
            raise
        answer = _or(refusal, lambda: other(read, intake, part))
    if answer.end.ended != "complete" or answer.by_time == part.until:
        return answer
    return _to_the_end(read, intake.stream, part, answer, last)


def _bounded(
    broker: Broker, intake: Intake, accepted: Collection[str], part: Window | Dates | Cursor
) -> StreamEnd:
    """One reading into the intake, until that is full."""
    end = broker.read_window(
        intake.stream, part, intake.take, stop=lambda: intake.is_full, accepted=accepted
    )
    return replace(end, ended=TOO_MANY) if end.ended == "stopped" else end


def last_form(fetches: Sequence[Fetch]) -> str:
    """How the broker took the last window that shows it; empty where none does."""
    forms = [fetch.asked for fetch in fetches if fetch.asked]
    return forms[-1] if forms else ""


def _or(refusal: AnswerRefused, another: Callable[[], Answer]) -> Answer:
    """The answer to another form. Where that is refused too, what was asked first is reported."""
    try:
        return another()
    except AnswerRefused as second:
        raise refusal from second


def _by_instants(read: Read, intake: Intake, window: Window) -> Answer:
    end = read(window)
    certain = before_its_day(window) if intake.stream.dated else window.until
    if certain == window.until:
        return Answer(end, window, "", window.until)
    if intake.instants and shows_no_cut(window, intake.instants[-1]):
        return Answer(end, window, INSTANTS, window.until)
    return Answer(end, window, "", certain)


def _by_dates(read: Read, intake: Intake, window: Window) -> Answer:
    """What dates prove by now, which may be nothing."""
    closed = closed_dates(window, parse_instant(intake.archive.started_at))
    if closed is None:
        return Answer(NOTHING, window, DATES, window.since)
    dates, proven = closed
    return Answer(read(dates), window, DATES, proven.until)


def _to_the_end(read: Read, stream: Stream, window: Window, answer: Answer, last: str) -> Answer:
    """The answer with the rest of its window, by publication; without that, cut to what is proven.
    A broker that was seen to take instants is believed where it has no such cursor."""
    rest = _rest(read, stream, Window(answer.by_time, window.until), answer.end)
    if rest is not None:
        answer = replace(answer, end=_both(answer.end, rest))
        if rest.ended != QUIET:
            return answer
    answer = replace(answer, end=replace(answer.end, ended="complete"))
    if not answer.asked and last == INSTANTS:
        return replace(answer, by_time=window.until)
    if answer.by_time > window.since:
        return replace(answer, window=Window(window.since, answer.by_time))
    return replace(answer, end=replace(answer.end, ended=END_UNKNOWN))


def _rest(read: Read, stream: Stream, rest: Window, first: StreamEnd) -> StreamEnd | None:
    """The reading of what is left by publication, None where that is not to be had. Raises the
    refusal where nothing was answered before."""
    if ids_were_remade(stream, rest):
        return None
    since = rest.since.subtract(minutes=OVERLAP_MINUTES)
    try:
        return read(published_between(stream, since, rest.until))
    except AnswerRefused as refusal:
        if refusal.status not in NO_SUCH_CURSOR or first is NOTHING:
            raise
        return None


def _both(first: StreamEnd, second: StreamEnd) -> StreamEnd:
    """Two readings as one, which ended as the second did."""
    return StreamEnd(
        second.ended,
        first.messages + second.messages,
        first.heartbeats + second.heartbeats,
        first.dropped + second.dropped,
        tuple(dict.fromkeys(first.unknown_comments + second.unknown_comments)),
    )
