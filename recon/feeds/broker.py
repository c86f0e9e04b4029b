"""The conversation with the broker: one stream over one window, or one REST answer.

Asking is tried again with back-off. Once a stream's body has begun nothing is, because the
archive keeps what came and asks again itself.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from recon.errors import IncompleteError
from recon.feeds.bounds import NOT_IN_THAT_FORM, Dates, open_ended
from recon.feeds.connection import Connection
from recon.feeds.cursor import Cursor
from recon.feeds.deadline import Deadline
from recon.feeds.response import (
    GONE,
    AnswerRefused,
    AnswerTooLarge,
    is_framed,
    no_answer,
    removed,
    unusable,
)
from recon.feeds.retry import Patience
from recon.feeds.stream_end import StreamEnd, Tally
from recon.feeds.streams import Stream
from recon.window import Window, as_z

EVENT_STREAM = "text/event-stream"
JSON = "application/json"
ANSWER_BYTES_MAX = 8 * 1024 * 1024
USUAL_PATIENCE = Patience()

__all__ = ["Broker", "Patience", "StreamEnd"]


class Broker:
    """One broker, one key. Use as a context manager. Threads may share it."""

    def __init__(
        self,
        base_url: str,
        key: str,
        secret: str,
        patience: Patience = USUAL_PATIENCE,
        ca_file: Path | None = None,
    ) -> None:
        self._answer_seconds_max = patience.answer_seconds_max
        self._quiet_seconds_max = patience.quiet_seconds_max
        self._stream_seconds_max = patience.stream_seconds_max
        self._over_at = math.inf
        self._connection = Connection(base_url, key, secret, patience, ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def ending_within(self, seconds: float) -> Iterator[None]:
        """Within, all that is asked takes so long together: what is asked later is refused with
        IncompleteError, and a reading that is open then ends with "timeout"."""
        self._over_at = time.monotonic() + seconds
        try:
            yield
        finally:
            self._over_at = math.inf

    def _at_most(self, seconds: float) -> float:
        """So long, or what is left for all. Raises IncompleteError where nothing is."""
        left = self._over_at - time.monotonic()
        if left > 0:
            return min(seconds, left)
        raise IncompleteError(
            expected="a night that is read before its deadline",
            seen="more to ask for",
            where="setting night_deadline_seconds",
            next_step="run the same command again, which goes on from what is proven; or give it"
            " more time with RECON_NIGHT_DEADLINE_SECONDS",
        )

    def read_window(
        self,
        stream: Stream,
        window: Window | Dates | Cursor,
        take: Callable[[list[str]], None],
        *,
        stop: Callable[[], bool] | None = None,
        deadline_seconds: float | None = None,
        accepted: Collection[str] = frozenset(),
    ) -> StreamEnd:
        """Read one window, or between two ids, over one connection; `take` gets messages as they
        arrive, exact texts.

        Asks `stop` after each network chunk. `accepted` are unknown comments that prevent no proof.
        The deadline is for the whole call, in seconds, by default that of the broker's patience.
        Nobody promises that a broker ends at an id it has not published: between two ids,
        heartbeats alone for a while are the end too, "quiet".
        Raises BrokerRefused, BrokerUnreachable (before the body began) and OversizeError.
        """
        params = {**dict(stream.params), **_params(window)}
        request = self._connection.request(stream.path, params, EVENT_STREAM)
        tally = Tally(take, accepted)
        quiet_seconds_max = self._quiet_seconds_max if isinstance(window, Cursor) else None
        seconds = self._stream_seconds_max if deadline_seconds is None else deadline_seconds
        with Deadline(self._at_most(seconds)) as deadline:
            try:
                response = self._connection.attempt(
                    request, lambda: self._connection.open(request, EVENT_STREAM, deadline)
                )
            except AnswerRefused as refusal:
                if stream.removed and refusal.status in GONE:
                    raise removed(refusal, stream) from refusal
                raise
            with contextlib.closing(response):
                return tally.end(_read(response, tally, stop, deadline, quiet_seconds_max))

    def follow(
        self,
        stream: Stream,
        window: Window,
        take: Callable[[list[str]], None],
        *,
        stop: Callable[[], bool],
        deadline_seconds: float,
    ) -> StreamEnd:
        """The same for a window whose end is yet to come: until our stop or the deadline, by dates
        where the broker refuses instants, and past the window's end where it cuts them to dates."""
        instants, dates = open_ended(window)
        try:
            return self.read_window(
                stream, instants, take, stop=stop, deadline_seconds=deadline_seconds
            )
        except AnswerRefused as refusal:
            if refusal.status not in NOT_IN_THAT_FORM:
                raise
        return self.read_window(stream, dates, take, stop=stop, deadline_seconds=deadline_seconds)

    def get_text(
        self, path: str, params: Mapping[str, str], *, bytes_max: int = ANSWER_BYTES_MAX
    ) -> str:
        """The exact body text of a REST answer of type application/json.

        A body without framing of its own may be cut: the caller parses it.
        Raises BrokerRefused (an AnswerRefused tells the status), AnswerTooLarge and
        BrokerUnreachable.
        """
        request = self._connection.request(path, params, JSON)
        return self._connection.attempt(request, lambda: self._text(request, bytes_max))

    def _text(self, request: httpx.Request, bytes_max: int) -> str:
        """One whole body, bounded in size and time."""
        body = bytearray()
        with (
            Deadline(self._at_most(self._answer_seconds_max)) as deadline,
            contextlib.closing(self._connection.open(request, JSON, deadline)) as response,
        ):
            try:
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > bytes_max:
                        raise AnswerTooLarge(bytes_max, request)
            except httpx.TransportError as fault:
                if not deadline.expired:
                    raise no_answer(fault, request) from fault
            if deadline.expired:
                raise unusable("an answer that is too slow", request)
        try:
            return str(body, "utf-8")
        except UnicodeDecodeError as fault:
            raise unusable("an answer that is not UTF-8", request) from fault


def _params(window: Window | Dates | Cursor) -> Mapping[str, str]:
    if isinstance(window, Window):
        return {"since": as_z(window.since), "until": as_z(window.until)}
    return window.params


def _read(
    response: httpx.Response,
    tally: Tally,
    stop: Callable[[], bool] | None,
    deadline: Deadline,
    quiet_seconds_max: float | None,
) -> str:
    """Read to the end of the body, our stop, the deadline or a long quiet; say which it was."""
    quiet_since = time.monotonic()
    try:
        for chunk in response.iter_raw():
            tally.add(chunk)
            if stop is not None and stop():
                return "stopped"
            if deadline.expired:
                break
            if quiet_seconds_max is None or not tally.only_heartbeats:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > quiet_seconds_max:
                return "quiet"
    except httpx.TimeoutException:
        return "timeout"
    except httpx.TransportError:
        return "timeout" if deadline.expired else "cut"
    if deadline.expired:
        return "timeout"
    return "complete" if is_framed(response) else "unproven"
