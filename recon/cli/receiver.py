"""The receiver of Upvest's webhooks: an ASGI application that answers 200 once a body is safe.

A refused request is tried again by the broker without end and holds back those after it, so only
what is not proven to be the broker's is refused; a proven body is kept whatever it holds.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pendulum
import uvicorn
from starlette import requests
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from recon.archive.inbox import keep
from recon.cli.failures import listening
from recon.cli.receiver_connections import CONNECTIONS_MAX, BoundedConnection
from recon.errors import ReconError
from recon.feeds.webhooks.keys import KeyRing
from recon.feeds.webhooks.signature import Request, Unproven, prove

PATH = "/upvest"
READ_SECONDS = 30
STOP_SECONDS = 4  # what a stopped receiver may still answer
BODIES_BYTES_MAX = 64 * 1024 * 1024  # of all that are being read


@dataclass(frozen=True)
class Limits:
    """How large a body and how old a signature may be, in bytes and seconds."""

    body_bytes: int
    age_seconds: int


class Receiver:
    """Judges requests. `clock` gives the time in UTC, `note` logs an event with fields."""

    def __init__(
        self,
        folder: Path,
        ring: KeyRing,
        limits: Limits,
        clock: Callable[[], pendulum.DateTime],
        note: Callable[..., None],
    ) -> None:
        self.folder, self.ring, self.limits = folder, ring, limits
        self.clock, self.note = clock, note
        self.reading: dict[asyncio.Timeout, int] = {}  # how much of each body has come

    async def receive(self, request: requests.Request) -> PlainTextResponse:
        """Answer one request: 200 kept, 401 not proven, 408 slow, 413 too large, 503 not now."""
        try:
            async with asyncio.timeout(READ_SECONDS) as limit:
                body = await self._body(request, limit)
        except (TimeoutError, requests.ClientDisconnect):
            return self._answer(408, "the body did not come whole")
        finally:
            self.reading.pop(limit, None)
        if body is None:
            return self._answer(413, f"a body has at most {self.limits.body_bytes} bytes")
        return await run_in_threadpool(self._judge, _as_it_came(request, body))

    async def _body(self, request: requests.Request, limit: asyncio.Timeout) -> bytes | None:
        """The body, or None where it is too large; whatever its length is said to be."""
        said = request.headers.get("content-length", "0")
        if said.isascii() and said.isdigit() and int(said) > self.limits.body_bytes:
            return None
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > self.limits.body_bytes:
                return None
            self.reading[limit] = len(body)
            if sum(self.reading.values()) > max(BODIES_BYTES_MAX, self.limits.body_bytes):
                self._give_up_largest()
        return bytes(body)

    def _give_up_largest(self) -> None:
        """End the reading of the body that takes most memory: the broker sends it again."""
        largest = max(self.reading, key=lambda limit: self.reading[limit])
        del self.reading[largest]
        largest.reschedule(0)

    def _judge(self, request: Request) -> PlainTextResponse:
        now = self.clock()
        try:
            keys = self.ring.keys_at(now)
        except ReconError as error:
            return self._answer(503, f"the keys are not known: {error}", "the keys are not known")
        if self.ring.unconfirmed:
            self.note("keys not confirmed", reason=self.ring.unconfirmed)
        try:
            prove(request, keys, now.int_timestamp, self.limits.age_seconds)
        except Unproven as error:
            return self._answer(401, str(error))
        try:
            new = keep(self.folder, request.body, now)
        except OSError as error:
            return self._answer(503, f"the body could not be kept: {error.strerror}")
        self.note("kept" if new else "known already", bytes=len(request.body))
        return PlainTextResponse("kept\n")

    def _answer(self, status: int, reason: str, told: str = "") -> PlainTextResponse:
        """`told` is what the sender hears where that is less than the log says."""
        self.note("refused", status=status, reason=reason)
        return PlainTextResponse((told or reason) + "\n", status)


def application(receiver: Receiver) -> Starlette:
    """One route, POST only."""
    return Starlette(routes=[Route(PATH, receiver.receive, methods=["POST"])])


def serve(receiver: Receiver, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Receive until interrupted. `announce` gets the address once connections are accepted."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with listening(host, port):
        opened = socket.create_server((host, port), family=family)
    with opened:
        # An answer is two small writes; without this the second waits 40 ms for the first.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if ":" in host else host
        announce(f"http://{shown}:{opened.getsockname()[1]}{PATH}")
        config = uvicorn.Config(
            application(receiver),
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            http=BoundedConnection,
            headers=[("connection", "close")],
            limit_concurrency=2 * CONNECTIONS_MAX,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[opened])


def _as_it_came(request: requests.Request, body: bytes) -> Request:
    scope = request.scope
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=[
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ],
        body=body,
    )
