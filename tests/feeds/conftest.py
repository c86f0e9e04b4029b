"""What the tests of this folder share: short patience, and one window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from recon.feeds.broker import Broker, Patience
from recon.window import Window, parse_instant

KEY = "CKTESTKEY0000000"
SECRET = "hunter2-the-secret-of-the-tests"  # noqa: S105 -- it opens nothing
SHORT = Patience(
    tries=3,
    first_wait_seconds=0.01,
    wait_seconds_max=0.05,
    read_timeout_seconds=1.0,
    connect_timeout_seconds=2.0,
)

Connect = Callable[..., Broker]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens brokers of short patience, closed with the test."""
    with ExitStack() as opened:

        def open_broker(url: str, patience: Patience = SHORT) -> Broker:
            return opened.enter_context(Broker(url, KEY, SECRET, patience))

        yield open_broker


@pytest.fixture
def window() -> Window:
    """One day, asked for in another zone than UTC."""
    return Window(parse_instant("2026-06-15T07:00:00+07:00"), parse_instant("2026-06-16"))
