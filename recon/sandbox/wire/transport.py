"""What can go wrong on the wire, apart from the books: data that a Sandbox is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "drop",  # the connection breaks after `after` events, between two frames
    "drop_mid_frame",  # the same, but half of the next frame is sent first
    "early_end",  # the stream ends cleanly after `after` events, before `until`
    "slow",  # after `after` events: the comment that `count` messages were dropped, and they are
    "server_error",  # after `after` events: the comment ": internal server error", a clean end
    "duplicate",  # every event is sent twice
    "silence",  # a 200 and then nothing, not even heartbeats
    "status",  # the request is answered with `status`
]


@dataclass(frozen=True)
class TransportFault:
    """One fault of the wire.

    It strikes the first `times` requests whose path begins with `path` (every event stream
    where that is empty); after that the path works. `retry_after` in seconds is sent with a 429
    and a 503 as Retry-After, and as X-RateLimit-Reset in Unix seconds.
    """

    kind: Kind
    path: str = ""
    after: int = 0
    times: int = 1
    count: int = 1
    status: int = 429
    retry_after: int = 0
