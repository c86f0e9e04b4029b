"""Which events a reader asked for: takes a query string, gives a Selection or a refusal.

The rules are the documented ones: an `until` needs its `since`, the kinds of cursor exclude
each other, no cursor means no history. Where the documents are silent: a bare date is midnight
UTC, [since, until) is half-open on `at`, since_id is exclusive and until_id inclusive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from recon.sandbox.books.clock import SECOND

BAD_REQUEST = 400
UNPROCESSABLE = 422
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2}))?"
)
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_WINDOW = ("since", "until")
_IDS = ("since_id", "until_id")
_ULIDS = ("since_ulid", "until_ulid")

# What may be asked beside the cursor, by the sandbox's name of the stream.
_FILTERS = {
    "nta": ("id", "include_preprocessing", "group_id"),
    "journal_status": ("id",),
    "journal_status_v1": ("id",),
    "account_status": ("id",),
}


class RefusedError(Exception):
    """A query that the broker answers with this HTTP status and message."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Message:
    """One event ready to be sent. `at` in UTC nanoseconds; `number` is the older integer id."""

    at: int
    event_id: str
    text: str
    number: int = 0
    identity: str = ""
    account_id: str = ""
    group_id: str = ""
    pending: bool = False


@dataclass(frozen=True)
class Selection:
    """What one reader wants. Instants in UTC nanoseconds; None where not asked."""

    since: int | None = None
    until: int | None = None
    since_id: str | None = None
    until_id: str | None = None
    since_number: int | None = None
    until_number: int | None = None
    identity: str = ""
    group_id: str = ""
    preprocessing: bool = False

    @property
    def wants_history(self) -> bool:
        """Whether any cursor was given."""
        return (self.since, self.since_id, self.since_number) != (None, None, None)

    def takes(self, message: Message) -> bool:
        """Whether the message lies inside the cursor and passes the filters."""
        checks = (
            self.since is None or message.at >= self.since,
            self.until is None or message.at < self.until,
            self.since_id is None or message.event_id > self.since_id,
            self.until_id is None or message.event_id <= self.until_id,
            self.since_number is None or message.number > self.since_number,
            self.until_number is None or message.number <= self.until_number,
            self.preprocessing or not message.pending,
            self.identity in ("", message.identity, message.account_id),
            self.group_id in ("", message.group_id),
        )
        return all(checks)

    def is_past(self, message: Message) -> bool:
        """Whether the message shows that an `until` id has been reached."""
        by_id = self.until_id is not None and message.event_id >= self.until_id
        by_number = self.until_number is not None and message.number >= self.until_number
        return by_id or by_number


def parse_selection(query: str, stream: str, *, is_v1: bool) -> Selection:
    """The selection of a query string. Raises RefusedError with 400 or 422.

    Version 1 has integer ids and, under names of their own, ULIDs; later versions have ULIDs.
    """
    asked = dict(parse_qsl(query, keep_blank_values=True))
    known = _WINDOW + _IDS + (_ULIDS if is_v1 else ()) + _FILTERS.get(stream, ())
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise RefusedError(BAD_REQUEST, f"unknown query parameter {unknown[0]}")
    _check_combination(asked)
    ids = _ULIDS if is_v1 else _IDS
    numbers = _IDS if is_v1 else ("", "")
    return Selection(
        since=_instant(asked, "since"),
        until=_instant(asked, "until"),
        since_id=_ulid(asked, ids[0]),
        until_id=_ulid(asked, ids[1]),
        since_number=_number(asked, numbers[0]),
        until_number=_number(asked, numbers[1]),
        identity=asked.get("id", ""),
        group_id=asked.get("group_id", ""),
        preprocessing=asked.get("include_preprocessing", "") == "true",
    )


def _check_combination(asked: dict[str, str]) -> None:
    for since, until in (_WINDOW, _IDS, _ULIDS):
        if until in asked and since not in asked:
            raise RefusedError(BAD_REQUEST, f"{since} is required if {until} is specified")
    given = [name for name in ("since", "since_id", "since_ulid") if name in asked]
    if len(given) > 1:
        raise RefusedError(BAD_REQUEST, f"{given[0]} and {given[1]} can't be used together")


def _instant(asked: dict[str, str], name: str) -> int | None:
    if name not in asked:
        return None
    match = _INSTANT.fullmatch(asked[name])
    if match is None:
        raise RefusedError(
            UNPROCESSABLE, f"{name} must be YYYY-MM-DD or RFC 3339; got {asked[name]!r}"
        )
    date, clock, fraction, zone = match.groups()
    text = f"{date}T{clock or '00:00:00'}{zone or 'Z'}"
    try:
        seconds = int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
    except ValueError as mistake:
        raise RefusedError(UNPROCESSABLE, f"{name}: {mistake}") from mistake
    return seconds * SECOND + int((fraction or "0").ljust(9, "0"))


def _ulid(asked: dict[str, str], name: str) -> str | None:
    if name not in asked:
        return None
    if not _ULID.fullmatch(asked[name]):
        raise RefusedError(UNPROCESSABLE, f"{name} must be a ULID; got {asked[name]!r}")
    return asked[name]


def _number(asked: dict[str, str], name: str) -> int | None:
    if name not in asked:
        return None
    if not re.fullmatch(r"\d{1,18}", asked[name]):
        raise RefusedError(UNPROCESSABLE, f"{name} must be an integer; got {asked[name]!r}")
    return int(asked[name])
