"""The conversation with the broker: one stream over one window, or one REST answer.

Every httpx call of the project is here. A connection is tried again with back-off; once a stream's
body has begun nothing is, because the archive keeps what came and asks again itself.
"""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

import httpx
import stamina

from recon.errors import BrokerRefused, BrokerUnreachable
from recon.feeds.answer import check_answer, is_framed, no_answer, place
from recon.feeds.deadline import Deadline
from recon.feeds.patience import NotNow, Patience, Pause, Tries
from recon.feeds.streams import Stream
from recon.feeds.tally import StreamEnd, Tally
from recon.window import Window, as_z

EVENT_STREAM = "text/event-stream"
JSON = "application/json"
ANSWER_BYTES_MAX = 1024 * 1024 * 1024
CONNECTIONS_MAX = 64
USUAL_PATIENCE = Patience()

Answer = TypeVar("Answer")

__all__ = ["Broker", "Patience", "StreamEnd"]


class Broker:
    """One broker, one key. Use as a context manager. Threads may share it."""

    def __init__(
        self, base_url: str, key: str, secret: str, patience: Patience = USUAL_PATIENCE
    ) -> None:
        self._patience = patience
        self._pause = Pause()
        self._client = httpx.Client(
            base_url=base_url,
            auth=(key, secret),
            headers={"Accept-Encoding": "identity", "User-Agent": "broker-recon"},
            timeout=httpx.Timeout(
                patience.read_timeout_seconds, connect=patience.connect_timeout_seconds
            ),
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
            ),
            verify=tls_context(),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def read_window(
        self,
        stream: Stream,
        window: Window,
        take: Callable[[list[str]], None],
        *,
        stop: Callable[[], bool] | None = None,
        deadline_seconds: float,
    ) -> StreamEnd:
        """Read one window over one connection; `take` gets messages as they arrive, exact texts.

        Asks `stop` after each network chunk. The deadline is for the whole call, in seconds.
        Raises BrokerRefused, BrokerUnreachable (before the body began) and OversizeError.
        """
        params = {"since": as_z(window.since), "until": as_z(window.until)}
        request = self._request(stream.path, params, EVENT_STREAM)
        tally = Tally(take)
        with Deadline(deadline_seconds) as deadline:
            response = self._try(request, lambda: self._open(request, EVENT_STREAM, deadline))
            with contextlib.closing(response):
                return tally.end(_read(response, tally, stop, deadline))

    def get_text(self, path: str, params: Mapping[str, str]) -> str:
        """The exact body text of a REST answer of type application/json.

        A body without framing of its own may be cut: the caller parses it.
        Raises BrokerRefused (an AnswerRefused tells the status) and BrokerUnreachable.
        """
        request = self._request(path, params, JSON)
        return self._try(request, lambda: self._text(request))

    def _request(self, path: str, params: Mapping[str, str], accept: str) -> httpx.Request:
        """A request that cannot leave the broker's host, whatever the path says."""
        request = self._client.build_request(
            "GET", path, params=dict(params), headers={"Accept": accept}
        )
        base = self._client.base_url
        there = (request.url.scheme, request.url.host, request.url.port)
        if not path.startswith("/") or there != (base.scheme, base.host, base.port):
            raise BrokerRefused(
                expected="a path on the broker's host, beginning with /",
                seen=repr(path[:100]),
                where=f"a request to {base.host}",
                next_step="name the path in recon/feeds/streams.py without a host",
            )
        return request

    def _try(self, request: httpx.Request, once: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer, a refusal, or no try left."""
        tries = Tries(self._patience, self._pause)
        try:
            for attempt in stamina.retry_context(
                on=tries,
                attempts=None,
                timeout=None,
                wait_initial=self._patience.first_wait_seconds,
                wait_max=self._patience.wait_seconds_max,
                wait_jitter=self._patience.first_wait_seconds,
                wait_exp_base=2,
            ):
                with attempt:
                    self._pause.wait()
                    answer = once()
                    self._pause.answered()
                    return answer
        except NotNow as last:
            raise _unusable(f"{last.seen}, after {tries.used} tries", request) from last
        raise AssertionError("stamina ends with an answer or with the last failure")

    def _open(self, request: httpx.Request, mime: str, deadline: Deadline) -> httpx.Response:
        """One answer whose head is right, its body still unread."""
        request.extensions["trace"] = deadline.trace
        late = "no answer before the deadline"
        if deadline.expired:
            raise _unusable(late, request)
        try:
            response = self._client.send(request, stream=True)
        except httpx.TransportError as fault:
            if deadline.expired:
                raise _unusable(late, request) from fault
            raise no_answer(fault, request) from fault
        try:
            deadline.watch(response.extensions["network_stream"])
            check_answer(response, mime)
        except BaseException:
            response.close()
            raise
        return response

    def _text(self, request: httpx.Request) -> str:
        """One whole body, bounded in size and time."""
        body = bytearray()
        with (
            Deadline(self._patience.answer_seconds_max) as deadline,
            contextlib.closing(self._open(request, JSON, deadline)) as response,
        ):
            try:
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > ANSWER_BYTES_MAX:
                        raise _unusable(f"an answer beyond {ANSWER_BYTES_MAX} bytes", request)
            except httpx.TransportError as fault:
                if not deadline.expired:
                    raise no_answer(fault, request) from fault
            if deadline.expired:
                raise _unusable("an answer that is too slow", request)
        try:
            return str(body, "utf-8")
        except UnicodeDecodeError as fault:
            raise _unusable("an answer that is not UTF-8", request) from fault


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Verifies against certifi's authorities; the environment can neither add one nor log keys."""
    context = httpx.create_ssl_context(trust_env=False)
    context.keylog_filename = None  # type: ignore[assignment]  # undoes SSLKEYLOGFILE
    return context


def _unusable(seen: str, request: httpx.Request) -> BrokerUnreachable:
    return BrokerUnreachable(
        expected="an answer from the broker",
        seen=seen,
        where=place(request),
        next_step="try later; check RECON_BROKER_URL and the broker's status page",
    )


def _read(
    response: httpx.Response, tally: Tally, stop: Callable[[], bool] | None, deadline: Deadline
) -> str:
    """Read to the end of the body, our stop or the deadline; say which it was."""
    try:
        for chunk in response.iter_raw():
            tally.add(chunk)
            if stop is not None and stop():
                return "stopped"
            if deadline.expired:
                break
    except httpx.TimeoutException:
        return "timeout"
    except httpx.TransportError:
        return "timeout" if deadline.expired else "cut"
    if deadline.expired:
        return "timeout"
    return "complete" if is_framed(response) else "unproven"
