from __future__ import annotations

import datetime
import http.client
import threading
import time

import pytest

from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import Kind, TransportFault
from tests.sandbox.client import (
    ALL,
    BOOKS,
    NTA,
    POSITIONS,
    SYSTEM,
    TRADES,
    get,
    opened,
    refusal,
)


@pytest.mark.parametrize("kind", ["drop", "drop_mid_frame"])
def test_a_dropped_connection_breaks_the_response(kind: Kind) -> None:
    """After so many events; the next request gets everything."""
    fault = TransportFault(kind=kind, after=3)
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        with (
            opened(broker.url, f"{TRADES}?{ALL}") as response,
            pytest.raises(http.client.IncompleteRead) as broken,
        ):
            response.read()
        body = broken.value.partial.decode()
        assert body.count("data: ") == (3 if kind == "drop" else 4)
        assert body.endswith("\n\n") == (kind == "drop")
        assert len(get(broker.url, f"{TRADES}?{ALL}").events) == len(BOOKS.trades)


@pytest.mark.parametrize(
    ("kind", "comment"), [("server_error", ": internal server error"), ("early_end", None)]
)
def test_a_stream_can_end_cleanly_too_early(kind: Kind, comment: str | None) -> None:
    """Only the comment tells a server error from an end."""
    fault = TransportFault(kind=kind, path=TRADES, after=5)
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        answer = get(broker.url, f"{TRADES}?{ALL}")
    assert len(answer.events) == 5
    assert (": internal server error" in answer.comments) == (comment is not None)


def test_a_slow_reader_is_told_what_it_lost() -> None:
    """The comment, the loss, and then the rest."""
    fault = TransportFault(kind="slow", after=10, count=4)
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        answer = get(broker.url, f"{TRADES}?{ALL}")
    assert ": you are reading too slowly, dropped 4 messages" in answer.comments
    texts = [event.text for event in BOOKS.trades]
    assert answer.events == texts[:10] + texts[14:]


def test_every_event_can_be_sent_twice() -> None:
    """Duplicates follow each other."""
    with Sandbox(BOOKS, transport=(TransportFault(kind="duplicate"),)) as broker:
        events = get(broker.url, f"{SYSTEM}?{ALL}").events
    assert events == [event.text for event in BOOKS.system for _ in range(2)]


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_status_strikes_as_often_as_it_is_told(status: int) -> None:
    """On the paths that begin with the fault's, reports included."""
    fault = TransportFault(kind="status", path="/v1", status=status, retry_after=2, times=2)
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        struck = [get(broker.url, POSITIONS), get(broker.url, f"{NTA}?{ALL}")]
        assert get(broker.url, f"{TRADES}?{ALL}").status == 200
        assert get(broker.url, POSITIONS).status == 200
    for answer in struck:
        assert refusal(answer) == status
        assert answer.headers["Retry-After"] == "2"
        assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 3


def test_silence_is_an_open_stream_without_a_byte() -> None:
    """Not even the heartbeat on connecting."""
    fault = TransportFault(kind="silence")
    with (
        Sandbox(BOOKS, transport=(fault,), heartbeat_seconds=0.02) as broker,
        opened(broker.url, f"{TRADES}?{ALL}") as response,
    ):
        assert response.status == 200
        ended: list[bytes] = []

        def read() -> None:
            with pytest.raises(http.client.IncompleteRead) as broken:
                response.read()
            ended.append(broken.value.partial)

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=0.2)
        assert reader.is_alive()
        broker.__exit__(None, None, None)
        reader.join()
    assert ended == [b""]


def test_a_date_without_books_is_refused() -> None:
    """Juneteenth is no system date."""
    with pytest.raises(ValueError, match="2026-06-18"):
        Sandbox(BOOKS, as_of=datetime.date(2026, 6, 19))
