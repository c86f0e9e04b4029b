"""One event stream's log on the server: messages in the order published, and who waits for more."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from recon.sandbox.wire.cursor import Message


@dataclass
class Feed:
    """An append-only list that many reader threads follow."""

    messages: list[Message] = field(default_factory=list)
    closed: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def append(self, messages: Sequence[Message]) -> None:
        """Publishes messages and wakes every reader."""
        with self.changed:
            self.messages.extend(messages)
            self.changed.notify_all()

    def close(self) -> None:
        """Lets every reader end."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def length(self) -> int:
        """How many messages have been published."""
        with self.changed:
            return len(self.messages)

    def after(self, place: int, wait_seconds: float) -> list[Message]:
        """The messages from that place on; waits so long for one if there is none."""
        with self.changed:
            self.changed.wait_for(
                lambda: self.closed or len(self.messages) > place, max(wait_seconds, 0)
            )
            return self.messages[place:]
