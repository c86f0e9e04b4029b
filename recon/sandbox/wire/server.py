"""The sandbox broker: books in, an HTTP server on loopback that speaks the broker's protocol.

    with Sandbox(make_books(1), as_of=date(2026, 6, 16)) as broker:
        ...  # broker.url, broker.key, broker.secret

`as_of` is the last system date whose ready events have been published; `advance_to` moves it
on and pushes what comes to live readers. Real time is used for heartbeats and `until` only.
"""

from __future__ import annotations

import threading
from datetime import date
from typing import Self

from recon.sandbox.books.model import Books
from recon.sandbox.wire.handler import Handler
from recon.sandbox.wire.listener import Listener
from recon.sandbox.wire.publication import Publication
from recon.sandbox.wire.transport import TransportFault

_POLL_SECONDS = 0.05


class Sandbox:
    """A broker with these books. A context manager; every connection ends when it is left.

    The first fault of `transport` that fits a request strikes it. Raises ValueError for an
    `as_of` that is no system date of the books, OSError where the port is taken.
    """

    def __init__(
        self, books: Books, *, as_of: date | None = None, key: str = "sandbox-key",
        secret: str = "sandbox-secret",  # noqa: S107  # the sandbox's own, guards nothing
        port: int = 0, transport: tuple[TransportFault, ...] = (),
        heartbeat_seconds: float = 5.0,
    ) -> None:  # fmt: skip
        self.books, self.key, self.secret = books, key, secret
        self._publication = Publication(books, as_of)
        self._server = Listener(
            port, Handler, self._publication, (key, secret), transport, heartbeat_seconds
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._publication.close()
        self._server.end_connections()
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where the broker listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def as_of(self) -> date:
        """The system date of the statements."""
        return self._publication.as_of

    @property
    def requests(self) -> tuple[str, ...]:
        """The path and query of every request so far, in order."""
        return tuple(self._server.requests)

    def advance_to(self, system_date: date) -> None:
        """Publishes everything up to that date's ready events. Raises ValueError going back."""
        self._publication.advance_to(system_date)

    def publish_live(self, stream: str, payload_text: str) -> None:
        """Pushes a text as one event to the readers of a stream, by the sandbox's name of it."""
        self._publication.publish_live(stream, payload_text)
