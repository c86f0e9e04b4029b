"""What a sandbox has published so far: books and a system date in, feeds and statements out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from recon.sandbox.books.clock import SECOND
from recon.sandbox.books.model import Account, Books, Closing, Event
from recon.sandbox.messages.typed import typed_activities
from recon.sandbox.wire.cursor import Message
from recon.sandbox.wire.feed import Feed
from recon.sandbox.wire.paths import STREAM_PATHS


class Publication:
    """A feed of each stream, and which closing statements are out; safe with many threads.

    Published is what the books published up to the ready events of `as_of`.
    """

    def __init__(self, books: Books, as_of: date | None) -> None:
        self.books = books
        self.feeds = {name: Feed() for name in STREAM_PATHS.values()}
        self._events = {
            **books.lifecycle,
            "trades": books.trades,
            "nta": books.activities,
            "activities": typed_activities(books),
            "system": books.system,
        }
        self._lock = threading.Lock()
        self._until = -1
        self._as_of = min(books.closings)
        self.advance_to(as_of or max(books.closings))

    @property
    def as_of(self) -> date:
        """The system date of the statements."""
        with self._lock:
            return self._as_of

    def advance_to(self, system_date: date) -> None:
        """Publishes everything up to that date's ready events; live readers get it at once.

        Raises ValueError for a date without books, or before the present one.
        """
        with self._lock:
            if system_date not in self.books.closings or system_date < self._as_of:
                dates = [day.isoformat() for day in self.books.closings if day >= self._as_of]
                raise ValueError(f"expected one of {dates}; saw {system_date}")
            until = max(
                event.published for event in self.books.system if event.system_date <= system_date
            )
            for name, published in self._events.items():
                news = [event for event in published if self._until < event.published <= until]
                self.feeds[name].append([message_of(event) for event in news])
            self._until, self._as_of = until, system_date

    def publish_live(self, stream: str, text: str) -> None:
        """Publishes a payload as it is, now, on the stream of that name."""
        self.feeds[stream].append([message_of_text(text)])

    def closing(self, account_id: str = "") -> tuple[date, Closing]:
        """The last closing statement that is out; with an account, the one of its balance.

        Raises KeyError where that has no cash of the account.
        """
        out = [day for day in sorted(self.books.closings) if day <= self.as_of]
        while account_id in self.books.closings[out[-1]].stale:
            out.pop()
        closing = self.books.closings[out[-1]]
        if account_id and account_id not in closing.cash:
            raise KeyError(account_id)
        return out[-1], closing

    def closing_on(self, system_date: date) -> Closing | None:
        """The closing books of any date that is out; None where there are none."""
        return self.books.closings.get(system_date) if system_date <= self.as_of else None

    def account(self, account_id: str) -> Account:
        """The account with that id. Raises KeyError for an unknown one."""
        for account in self.books.accounts:
            if account.account_id == account_id:
                return account
        raise KeyError(account_id)

    def close(self) -> None:
        """Lets every reader of the feeds end."""
        for feed in self.feeds.values():
            feed.close()


def message_of(event: Event) -> Message:
    """The event as its feed holds it."""
    return _message(event.payload, event.text, event.at, event.event_id)


def message_of_text(text: str) -> Message:
    """Any text as a feed holds it; what does not parse has the present as its `at`."""
    try:
        payload = json.loads(text)
    except ValueError:
        payload = {}
    if not isinstance(payload, dict):
        payload = {}
    at = time.time_ns()
    if "at" in payload:
        moment = datetime.fromisoformat(str(payload["at"])).astimezone(UTC)
        at = int(moment.timestamp()) * SECOND + moment.microsecond * 1000
    event_id = str(payload.get("event_ulid") or payload.get("event_id") or "")
    return _message(payload, text, at, event_id)


def _message(payload: Mapping[str, Any], text: str, at: int, event_id: str) -> Message:
    number = payload.get("event_id")
    return Message(
        at=at,
        event_id=event_id,
        text=text,
        number=number if isinstance(number, int) else 0,
        identity=str(payload.get("id") or payload.get("journal_id") or ""),
        account_id=str(payload.get("account_id", "")),
        group_id=str(payload.get("group_id", "")),
        pending=payload.get("status") == "pending",
    )
