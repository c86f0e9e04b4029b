"""Writes one reader's event stream: history first, then live, as chunks of an HTTP response."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recon.sandbox.books.clock import SECOND
from recon.sandbox.books.identity import ulid_milliseconds
from recon.sandbox.wire.cursor import Message, Selection
from recon.sandbox.wire.feed import Feed
from recon.sandbox.wire.transport import TransportFault

HEARTBEAT = ":heartbeat\n\n"
_MILLISECONDS = 1000


class ConnectionDroppedError(Exception):
    """The server is to break the connection without ending the response."""


@dataclass
class Stream:
    """One reader of a feed. `write` sends text at once; heartbeats come every so many seconds."""

    feed: Feed
    selection: Selection
    write: Callable[[str], None]
    heartbeat_seconds: float
    fault: TransportFault | None = None
    sent: int = 0
    skipped: int = 0

    def run(self) -> None:
        """Sends until the selection's end or the fault's.

        Returns where the response is to end cleanly; raises ConnectionDroppedError where the
        fault or the closing of the feed breaks it.
        """
        if self._has("silence"):
            while not self.feed.closed:
                self.feed.after(self.feed.length(), self.heartbeat_seconds)
            raise ConnectionDroppedError
        # Taken before the reader can see that it is connected, so that it misses nothing since.
        place = 0 if self.selection.wants_history else self.feed.length()
        self.write(HEARTBEAT)
        if self._struck_before_the_first():
            return
        for message in self._selected(place):
            if self._send(message):
                return

    def _selected(self, place: int) -> Iterator[Message]:
        """What the reader gets from that place on; heartbeats are written while nothing comes."""
        beat = time.monotonic() + self.heartbeat_seconds
        while not self.feed.closed:
            messages = self.feed.after(place, 0)
            if not messages:
                if self._over():
                    return
                messages = self.feed.after(place, self._patience(beat))
            place += len(messages)
            for message in messages:
                if self.selection.takes(message):
                    yield message
            if any(self.selection.is_past(message) for message in messages):
                return  # not before: published earlier does not mean a smaller id
            if time.monotonic() >= beat:
                self.write(HEARTBEAT)
                beat = time.monotonic() + self.heartbeat_seconds
        raise ConnectionDroppedError

    def _over(self) -> bool:
        """Whether `until` lies behind the real clock, so that nothing more can come."""
        if self.selection.until is not None:
            return time.time() * SECOND >= self.selection.until
        if self.selection.until_id is not None:
            return time.time() * _MILLISECONDS >= ulid_milliseconds(self.selection.until_id)
        return False

    def _patience(self, beat: float) -> float:
        wait = beat - time.monotonic()
        if self.selection.until is not None:
            wait = min(wait, self.selection.until / SECOND - time.time())
        return wait

    def _send(self, message: Message) -> bool:
        """Sends one message, with what the fault makes of it; True where the stream ends."""
        if self._has("slow") and self.sent >= self._after() and self.skipped < self._count():
            if not self.skipped:
                self.write(f": you are reading too slowly, dropped {self._count()} messages\n\n")
            self.skipped += 1
            return False
        frame = f"data: {message.text}\n\n"
        self.write(frame)
        if self._has("duplicate"):
            self.write(frame)
        self.sent += 1
        return self._strike(frame)

    def _struck_before_the_first(self) -> bool:
        return self._after() == 0 and self._strike("data: {\n\n")

    def _strike(self, frame: str) -> bool:
        """The end that the fault puts after so many events."""
        if self.fault is None or self.sent != self.fault.after:
            return False
        if self.fault.kind == "drop":
            raise ConnectionDroppedError
        if self.fault.kind == "drop_mid_frame":
            self.write(frame[: len(frame) // 2])
            raise ConnectionDroppedError
        if self.fault.kind == "server_error":
            self.write(": internal server error\n\n")
        return self.fault.kind in ("server_error", "early_end")

    def _has(self, kind: str) -> bool:
        return self.fault is not None and self.fault.kind == kind

    def _after(self) -> int:
        return self.fault.after if self.fault is not None else -1

    def _count(self) -> int:
        return self.fault.count if self.fault is not None else 0
