"""Readings whose end nobody promises, frames that hold several events, streams that are no more."""

from __future__ import annotations

import time

import pytest

from recon.errors import BrokerRefused
from recon.feeds.broker import Patience
from recon.feeds.cursor import Cursor
from recon.feeds.streams import NTA, SYSTEM, TRADES, TRADES_V1
from recon.window import Window
from tests.feeds.conftest import Connect
from tests.feeds.fault_server import SILENCE, Step, chunk, refusal, serving
from tests.feeds.reading import CHUNKED, FIRST, HEARTBEAT, SECOND, TEXTS, read, read_script

HEARTBEATS: list[Step] = [chunk(HEARTBEAT), 0.05] * 60
ENDLESS_IDS = Cursor("id", "1", "99999999999")


def test_between_ids_heartbeats_alone_are_the_end(connect: Connect) -> None:
    """Nobody promises that a broker ends at an id it has not published: a third of the time that a
    stream may be silent."""
    patience = Patience(tries=1, read_timeout_seconds=0.9)
    taken: list[str] = []
    begun = time.monotonic()
    with serving([CHUNKED, chunk(FIRST), *HEARTBEATS]) as server:
        end = connect(server.url, patience).read_window(
            NTA, ENDLESS_IDS, taken.extend, deadline_seconds=60
        )
    assert (end.ended, end.messages, taken) == ("quiet", 1, TEXTS[:1])
    assert 0.3 <= time.monotonic() - begun < 2


def test_a_slow_broker_between_ids_is_waited_for(connect: Connect) -> None:
    """An event now and then, heartbeats between: it takes longer than the quiet that would end."""
    patience = Patience(tries=1, read_timeout_seconds=1.5)
    slow = [step for _ in range(6) for step in (*HEARTBEATS[:6], chunk(FIRST))]
    taken: list[str] = []
    with serving([CHUNKED, *slow, chunk(b"")]) as server:
        end = connect(server.url, patience).read_window(
            NTA, ENDLESS_IDS, taken.extend, deadline_seconds=60
        )
    assert (end.ended, end.messages) == ("complete", 6)


def test_a_large_event_between_ids_is_no_quiet(connect: Connect) -> None:
    """It drips for longer than the quiet that would end."""
    patience = Patience(tries=1, read_timeout_seconds=0.6)
    drips = [step for byte in FIRST[:12] for step in (chunk(bytes([byte])), 0.05)]
    script = [CHUNKED, chunk(HEARTBEAT + SECOND), *drips, chunk(FIRST[12:]), chunk(b"")]
    with serving(script) as server:
        end = connect(server.url, patience).read_window(
            NTA, ENDLESS_IDS, lambda texts: None, deadline_seconds=60
        )
    assert (end.ended, end.messages) == ("complete", 2)


def test_a_window_of_time_may_be_quiet(connect: Connect, window: Window) -> None:
    """A night waits for hours with nothing but heartbeats."""
    patience = Patience(tries=1, read_timeout_seconds=0.3)
    with serving([CHUNKED, *HEARTBEATS[:20], chunk(FIRST), chunk(b"")]) as server:
        end = read(connect(server.url, patience), window, [])
    assert (end.ended, end.messages) == ("complete", 1)


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b'data: [{"a": 1.50}, {"b": [2]}]', ['{"a": 1.50}', '{"b": [2]}']),
        (b'data: [\ndata:  {"a": 1}\ndata: ]', ['{"a": 1}']),
        (b"data: []", []),
        (b'data: [{"a": 1}', ['[{"a": 1}']),
        (b'data: [{"a": 1}] {', ['[{"a": 1}] {']),
        (b'data: {"a": [1]}', ['{"a": [1]}']),
    ],
)
def test_a_frame_that_holds_an_array_is_its_elements(
    connect: Connect, window: Window, data: bytes, texts: list[str]
) -> None:
    """The documents print some frames so. What is torn stays as it came."""
    end, taken = read_script(connect, window, [CHUNKED, chunk(data + b"\n\n"), chunk(b"")])
    assert (taken, end.messages, end.ended) == (texts, len(texts), "complete")


def test_what_is_yet_to_come_is_followed_by_dates_where_instants_are_refused(
    connect: Connect, window: Window
) -> None:
    """The end lies past the window's own, so that a broker who cuts it does not end at once."""
    taken: list[str] = []
    with serving(refusal("422 Unprocessable Entity"), [CHUNKED, chunk(FIRST), SILENCE]) as server:
        end = connect(server.url).follow(
            SYSTEM, window, taken.extend, stop=lambda: bool(taken), deadline_seconds=5
        )
        asked = [request.split()[1].partition("?")[2] for request in server.requests]
    assert asked == [
        "since=2026-06-15T00%3A00%3A00Z&until=2026-06-17T00%3A00%3A00Z",
        "since=2026-06-14&until=2026-06-17",
    ]
    assert (end.ended, taken) == ("stopped", TEXTS[:1])


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_a_stream_that_the_broker_removed_is_said_to_be(
    connect: Connect, window: Window, status: str
) -> None:
    """No URL needs mending; of another stream one may."""
    with serving(refusal(status)) as server:
        broker = connect(server.url)
        with pytest.raises(BrokerRefused, match="removed this stream on 2026-08-03") as caught:
            broker.read_window(TRADES_V1, window, lambda texts: None, deadline_seconds=5)
        assert "RECON_BROKER_URL" not in str(caught.value)
        with pytest.raises(BrokerRefused) as other:
            broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=5)
        assert "removed" not in str(other.value)
        assert f" at {server.url.removeprefix('http://')})" in str(other.value), "with its port"
