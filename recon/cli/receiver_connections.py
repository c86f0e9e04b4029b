"""The receiver's connections: how many there are, and how long one may wait with its request.

Uvicorn gives a connection any time before its first request, and answers 503 to everybody once
there are too many. Here one that has not sent a whole head within some seconds is closed, each is
good for one request, and where there are too many the newcomer takes the place of one whose request
is not whole yet: of the address that has most of these, the one that has waited longest. So nobody
keeps another out by doing nothing, and an address that has few connections keeps them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10
CONNECTIONS_MAX = 64


class BoundedConnection(H11Protocol):
    """Uvicorn's HTTP/1.1, with those bounds."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As uvicorn's; its time runs, and there may be one too many now."""
        super().connection_made(cast("asyncio.Transport", transport))
        self.made_at = self.loop.time()
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self._end_without_head)
        if len(self.connections) > CONNECTIONS_MAX:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's."""
        self.head_timer.cancel()
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether its request has not come whole, and it was not given up already."""
        cycle: Any = self.cycle  # None until a head has come
        return (cycle is None or cycle.more_body) and not self.transport.is_closing()

    @property
    def peer(self) -> str:
        """The address of the other end."""
        return self.client[0] if self.client else ""

    def _end_without_head(self) -> None:
        cycle: Any = self.cycle
        if cycle is None:
            self.transport.abort()

    def _make_room(self) -> None:
        """End the one that has waited longest, of the peer that lets most of them wait."""
        waiting = [
            each for each in cast("set[Any]", self.connections) if each.is_waiting and each != self
        ]
        if waiting:
            of_peer = Counter(each.peer for each in waiting)
            max(waiting, key=lambda each: (of_peer[each.peer], -each.made_at)).transport.abort()
