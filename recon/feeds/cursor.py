"""Publication cursors: which ids a stream takes, and the ULIDs that stand for instants.

A ULID begins with the millisecond of publication, so one that is made from an instant stands
between what was published before it and after. Version 1 takes ULIDs under a name of its own, and
from some partners still the integers, until 2027-02-15; no other stream takes integers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pendulum

from recon.errors import UsageError
from recon.feeds.streams import Stream
from recon.window import Window

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U
OVERLAP_MINUTES = 10  # the guides say: begin some minutes before, and take every event once
NO_SUCH_CURSOR = (400, 404, 422)
# The broker made the ULIDs of version 1 anew that it had published in this time.
REMADE = Window(pendulum.datetime(2023, 6, 1), pendulum.datetime(2025, 1, 1))
LETTERS, BITS_OF_ENTROPY = 26, 80
ULID = re.compile(f"[0-7][{ALPHABET}]{{25}}")
INTEGER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Cursor:
    """What was published after `since` up to and with `until`: two ULIDs, or two integers.
    `parameter` is what the stream calls them, id or ulid."""

    parameter: str
    since: str
    until: str

    def __str__(self) -> str:
        return f"{self.since} .. {self.until}"

    @property
    def params(self) -> dict[str, str]:
        """The query that asks for it."""
        return {f"since_{self.parameter}": self.since, f"until_{self.parameter}": self.until}

    @property
    def published(self) -> Window | None:
        """When all of it was published, to the millisecond; None for integers."""
        if not ULID.fullmatch(self.since):
            return None
        since, until = published_at(self.since), published_at(self.until)
        return Window(since, max(until, since.add(microseconds=1000)))

    def halves(self) -> list[Cursor]:
        """The later and the earlier half of its time; itself where there is none to divide."""
        window = self.published
        seconds = int((window.until - window.since).total_seconds()) if window else 0
        if window is None or seconds < 2:
            return [self]
        middle = ulid_at(window.since.add(seconds=seconds // 2))
        return [
            Cursor(self.parameter, middle, self.until),
            Cursor(self.parameter, self.since, middle),
        ]


def cursor_of(stream: Stream, since_id: str, until_id: str) -> Cursor:
    """The cursor of that stream between two ids. Raises UsageError for ids of the wrong kind."""
    is_first = stream.path.startswith("/v1/")
    for value in (since_id, until_id):
        if not (ULID.fullmatch(value) or (is_first and INTEGER.fullmatch(value))):
            raise UsageError(
                expected=f"a ULID of 26 letters{' or an integer' if is_first else ''}",
                seen=repr(value[:60]),
                where=f"an id of {stream.name}, version {'1' if is_first else '2'}",
                next_step="an integer is an id of version 1 only"
                if INTEGER.fullmatch(value)
                else "copy the id from an event of that stream",
            )
    as_ulids = bool(ULID.fullmatch(since_id))
    if as_ulids != bool(ULID.fullmatch(until_id)) or not _before(since_id, until_id):
        raise UsageError(
            expected="a since-id before its until-id, of the same kind",
            seen=f"{since_id} and {until_id}",
            where=f"the ids of {stream.name}",
            next_step="give two ULIDs or two integers, the earlier one first",
        )
    return Cursor("ulid" if is_first and as_ulids else "id", since_id, until_id)


def ulid_at(instant: pendulum.DateTime) -> str:
    """The first ULID of that millisecond; no event has it but by a chance of 2 to the 80."""
    milliseconds = instant.int_timestamp * 1000 + instant.microsecond // 1000
    number = milliseconds << BITS_OF_ENTROPY
    letters = [ALPHABET[number >> 5 * place & 31] for place in reversed(range(LETTERS))]
    return "".join(letters)


def published_at(ulid: str) -> pendulum.DateTime:
    """The instant of publication that a ULID begins with, UTC."""
    number = 0
    for letter in ulid:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    milliseconds = number >> BITS_OF_ENTROPY
    try:
        moment = pendulum.from_timestamp(milliseconds // 1000)
    except (ValueError, OverflowError, OSError) as fault:
        raise UsageError(
            expected="a ULID of a time that there is",
            seen=ulid,
            where="the first ten letters",
            next_step="copy the id from an event of that stream",
        ) from fault
    return moment.add(microseconds=milliseconds % 1000 * 1000)


def published_between(stream: Stream, since: pendulum.DateTime, until: pendulum.DateTime) -> Cursor:
    """The cursor of what a stream published between two instants. Raises UsageError."""
    Window(since, until)
    return cursor_of(stream, ulid_at(since), ulid_at(until))


def ids_were_remade(stream: Stream, window: Window) -> bool:
    """Whether the ULIDs of that time may say another one: then they bound nothing."""
    is_first = stream.path.startswith("/v1/")
    return is_first and window.since < REMADE.until and window.until > REMADE.since


def _before(since_id: str, until_id: str) -> bool:
    if ULID.fullmatch(since_id):
        return since_id < until_id
    return int(since_id) < int(until_id)
