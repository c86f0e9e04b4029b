"""Counts what one reading of a stream brought, and judges how it ended.

Takes bytes and hands the messages on as they come; gives a StreamEnd. Never waits, never asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from recon.feeds.comments import dropped_by, meaning_of, shown
from recon.feeds.json_array import framed
from recon.feeds.sse import Comment, Decoder, Event, Item, OversizeError, Unknown

UNKNOWN_COMMENTS_MAX = 20
UNKNOWN_COMMENT = "unknown_comment"


@dataclass(frozen=True)
class StreamEnd:
    """How one reading of a window ended, and what it counted.

    `ended` is "complete" only if everything that one reading can prove holds; else "stopped" (we
    asked), "lossy" (the broker dropped messages), "server_error" (it said so in a comment),
    "timeout", "cut" (the connection broke), "quiet" (between two ids: heartbeats and nothing else),
    "unknown_field" (not an event stream), "partial" (it ended inside a block), "unproven" (the
    body had no framing of its own) or "unknown_comment" (it said what nobody has accepted).
    `dropped` is what the broker announced, at least 1 for each notice: a lower bound.
    """

    ended: str
    messages: int
    heartbeats: int
    dropped: int
    unknown_comments: tuple[str, ...]


class Tally:
    """One reading. Messages go to `take` per network chunk. `accepted` are the unknown comments, as
    they are shown, that a person has said may be passed over."""

    def __init__(
        self, take: Callable[[list[str]], None], accepted: Collection[str] = frozenset()
    ) -> None:
        self._take, self._accepted = take, accepted
        self._decoder = Decoder()
        self._messages = self._heartbeats = self._dropped = 0
        self.only_heartbeats = False  # since the last event
        self._server_error = self._unknown_field = False
        self._unknown_comments: dict[str, None] = {}
        self._not_accepted = False

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

    def _comment(self, text: str) -> None:
        meaning = meaning_of(text)
        if meaning == "heartbeat":
            self._heartbeats += 1
            self.only_heartbeats = True
        elif meaning == "loss":
            self._dropped += dropped_by(text)
        elif meaning == "server_error":
            self._server_error = True
        else:
            self._unknown(shown(text))

    def _unknown(self, comment: str) -> None:
        """Note it, a bounded number of them."""
        if comment not in self._accepted:
            self._not_accepted = True
        if len(self._unknown_comments) < UNKNOWN_COMMENTS_MAX:
            self._unknown_comments[comment] = None

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
        whole = UNKNOWN_COMMENT if fate == "complete" and self._not_accepted else fate
        if self._unknown_field:
            return "unknown_field"
        return whole if self._decoder.close() == "clean" else "partial"
