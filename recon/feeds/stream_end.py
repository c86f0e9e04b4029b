"""Counts what one reading of a stream brought, and judges how it ended.

Takes bytes and hands the messages on as they come; gives a StreamEnd. Never waits, never asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recon.feeds.json_array import framed
from recon.feeds.response import one_line
from recon.feeds.sse import Comment, Decoder, Event, Item, OversizeError, Unknown

UNKNOWN_COMMENTS_MAX = 20
HEARTBEATS = ("heartbeat", "")
DROPPED = "you are reading too slowly"
SERVER_ERROR = "internal server error"
DROPPED_COUNT = re.compile(r"dropped ([0-9]{1,18})\b")


@dataclass(frozen=True)
class StreamEnd:
    """How one reading of a window ended, and what it counted.

    `ended` is "complete" only if everything that one reading can prove holds; else "stopped" (we
    asked), "lossy" (the broker dropped messages), "server_error" (it said so in a comment),
    "timeout", "cut" (the connection broke), "quiet" (between two ids: heartbeats and nothing else),
    "unknown_field" (not an event stream), "partial" (it ended inside a block) or "unproven" (the
    body had no framing of its own).
    `dropped` is what the broker announced, at least 1 for each notice: a lower bound.
    """

    ended: str
    messages: int
    heartbeats: int
    dropped: int
    unknown_comments: tuple[str, ...]


class Tally:
    """One reading. Messages go to `take` per network chunk."""

    def __init__(self, take: Callable[[list[str]], None]) -> None:
        self._take = take
        self._decoder = Decoder()
        self._messages = self._heartbeats = self._dropped = 0
        self.only_heartbeats = False  # since the last event
        self._server_error = self._unknown_field = False
        self._unknown_comments: dict[str, None] = {}

    def add(self, chunk: bytes) -> None:
        """Decode one network chunk. Raises OversizeError after handing on what was whole."""
        try:
            items: Sequence[Item] = self._decoder.feed(chunk)
        except OversizeError as fault:
            self._count(fault.items)
            raise
        self._count(items)

    @property
    def unknown_field(self) -> bool:
        """Whether a line came that no event stream has; its content is not handed on."""
        return self._unknown_field

    def end(self, fate: str) -> StreamEnd:
        """Judge the reading, whose connection ended as `fate` says."""
        return StreamEnd(
            ended=self._ended(fate),
            messages=self._messages,
            heartbeats=self._heartbeats,
            dropped=self._dropped,
            unknown_comments=tuple(self._unknown_comments),
        )

    def _count(self, items: Sequence[Item]) -> None:
        texts = []
        for item in items:
            if isinstance(item, Event):
                texts += framed(item.data)
                self.only_heartbeats = False
            elif isinstance(item, Comment):
                self._comment(item.text)
            elif isinstance(item, Unknown):
                self._unknown_field = True
        if texts:
            self._messages += len(texts)
            self._take(texts)

    def _comment(self, raw: str) -> None:
        text = raw.strip().lower()
        if text in HEARTBEATS:
            self._heartbeats += 1
            self.only_heartbeats = True
        elif text.startswith(DROPPED):
            count = DROPPED_COUNT.search(text)
            self._dropped += max(1, int(count[1])) if count else 1
        elif text.startswith(SERVER_ERROR):
            self._server_error = True
        elif len(self._unknown_comments) < UNKNOWN_COMMENTS_MAX:
            self._unknown_comments[one_line(raw)] = None

    def _ended(self, fate: str) -> str:
        """The first that applies: our own stop, what the broker said, how the bytes ended."""
        if fate == "stopped":
            return fate
        if self._dropped:
            return "lossy"
        if self._server_error:
            return "server_error"
        if fate in ("timeout", "cut", "quiet"):
            return fate
        if self._unknown_field:
            return "unknown_field"
        return fate if self._decoder.close() == "clean" else "partial"
