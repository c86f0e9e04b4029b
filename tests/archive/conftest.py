"""What the tests of this folder share: right books, and a broker that serves their first days."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date

import pytest

from recon.feeds.broker import Broker, Patience
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault

SHORT = Patience(
    tries=2, first_wait_seconds=0.01, wait_seconds_max=0.05, read_timeout_seconds=0.3
)  # fmt: skip
DAY = date(2026, 6, 16)

Serve = Callable[..., tuple[Sandbox, Broker]]


@functools.cache
def books() -> Books:
    """The same right books for every test."""
    return make_books(1)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Opens a sandbox with these faults of the wire, as of the second day, and a broker on it."""
    with ExitStack() as opened:

        def open_both(*faults: TransportFault) -> tuple[Sandbox, Broker]:
            sandbox = opened.enter_context(Sandbox(books(), as_of=DAY, transport=faults))
            broker = Broker(sandbox.url, sandbox.key, sandbox.secret, SHORT)
            return sandbox, opened.enter_context(broker)

        yield open_both
