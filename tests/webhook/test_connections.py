"""Connections that do nothing, on real sockets: they keep no delivery from its 200."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.cli.receiver import BODIES_BYTES_MAX
from recon.cli.receiver_connections import CONNECTIONS_MAX, HEAD_SECONDS
from tests.webhook.events import account, payload
from tests.webhook.receiving import Receiver, keys_file, receiver
from tests.webhook.signing import Signer

SIGNER = Signer()
BODY = payload(account(1))
HALF_HEAD = b"POST /upvest HTTP/1.1\r\nHost: here\r\nX-Slow: "
HALF_BODY = b"POST /upvest HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One receiver for this file."""
    folder = tmp_path_factory.mktemp("connections")
    with receiver(folder / "home", keys_file(folder, SIGNER)) as started:
        yield started


@contextlib.contextmanager
def connections(running: Receiver, *sent: bytes) -> Iterator[list[socket.socket]]:
    """A connection for each of these, on which it was sent and nothing more is."""
    with contextlib.ExitStack() as opened:
        made = []
        for each in sent:
            connection = socket.create_connection(("127.0.0.1", running.port), timeout=20)
            made.append(opened.enter_context(connection))
            connection.sendall(each)
        yield made


def delivered(running: Receiver, body: bytes = BODY) -> int:
    """The status that one honest delivery gets."""
    return running.post(body, SIGNER.headers(body)).status_code


def test_idle_and_half_sent_requests_keep_no_delivery_out(running: Receiver) -> None:
    """Three times as many as there may be, and all at once; each delivery is kept at once."""
    waiting = [b""] * CONNECTIONS_MAX + [HALF_HEAD] * CONNECTIONS_MAX
    waiting += [HALF_BODY] * CONNECTIONS_MAX
    with connections(running, *waiting):
        began = time.monotonic()
        assert [delivered(running) for _ in range(5)] == [200] * 5
        assert time.monotonic() - began < HEAD_SECONDS / 2


@pytest.mark.long
def test_a_connection_that_waits_with_its_request_is_ended(running: Receiver) -> None:
    """Idle, or with a head that drips: its seconds run from the first on."""
    with connections(running, b"", HALF_HEAD) as (idle, dripping):
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < HEAD_SECONDS + 5:
                dripping.sendall(b"x")
                time.sleep(0.2)
        assert HEAD_SECONDS - 1 < time.monotonic() - began < HEAD_SECONDS + 3
        idle.settimeout(3)
        with contextlib.suppress(ConnectionResetError):
            assert idle.recv(10) == b""


def test_the_address_with_most_waiting_connections_loses_one(running: Receiver) -> None:
    """Another address keeps its slow delivery: loopback has more addresses than one."""
    body = b"slow"
    head = "".join(f"{name}: {value}\r\n" for name, value in SIGNER.headers(body).items())
    request = f"POST /upvest HTTP/1.1\r\nHost: here\r\n{head}\r\n".encode() + body
    with socket.create_connection(
        ("127.0.0.1", running.port), timeout=20, source_address=("127.0.0.2", 0)
    ) as slow:
        slow.sendall(request[:50])
        with connections(running, *[b""] * (2 * CONNECTIONS_MAX)):
            slow.sendall(request[50:])
            assert slow.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_a_connection_is_good_for_one_request(running: Receiver) -> None:
    """And says so, so that no sender is surprised."""
    answer = running.post(BODY, SIGNER.headers(BODY))
    assert answer.headers["connection"] == "close"


def test_bodies_that_never_end_are_given_up_before_the_memory_is_full(tmp_path: Path) -> None:
    """The largest first: what is left of them is less than the bound, and a delivery gets in."""
    large = 8 * 1024 * 1024
    head = f"POST /upvest HTTP/1.1\r\nHost: h\r\nContent-Length: {large}\r\n\r\n".encode()
    started = receiver(tmp_path / "home", keys_file(tmp_path, SIGNER))
    with started as running, contextlib.ExitStack() as opened:
        for _ in range(24):
            connection = socket.create_connection(("127.0.0.1", running.port), timeout=20)
            opened.enter_context(connection)
            with contextlib.suppress(OSError):
                connection.sendall(head + b"x" * (large - 1))
        assert delivered(running) == 200
        status = Path(f"/proc/{running.process.pid}/status").read_text("ascii")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        assert int(peak.split()[1]) * 1024 < 4 * BODIES_BYTES_MAX
