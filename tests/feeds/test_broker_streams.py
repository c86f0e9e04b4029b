"""One reading of one window, over a real socket: how each fault of the body ends."""

from __future__ import annotations

import base64
import time

import pytest

from recon.errors import BrokerUnreachable
from recon.feeds.broker import Patience, StreamEnd
from recon.feeds.sse import OversizeError
from recon.feeds.streams import NTA, TRADES
from recon.window import Window
from tests.feeds.conftest import KEY, SECRET, Connect
from tests.feeds.fault_server import RESET, SILENCE, Script, Step, chunk, chunked, head, serving
from tests.feeds.reading import CHUNKED, FIRST, HEARTBEAT, SECOND, TEXTS, read, read_script

BODY = FIRST + HEARTBEAT + SECOND
WITH_LENGTH = head("200 OK", f"Content-Length: {len(BODY)}")


def test_a_whole_window_is_complete_and_gives_exact_texts(connect: Connect, window: Window) -> None:
    """Numbers keep their digits: nothing is parsed here."""
    end, taken = read_script(connect, window, chunked(FIRST, HEARTBEAT + SECOND))
    assert taken == TEXTS
    assert end == StreamEnd("complete", messages=2, heartbeats=1, dropped=0, unknown_comments=())


def test_the_request_names_both_ends_in_utc_and_refuses_compression(
    connect: Connect, window: Window
) -> None:
    """A plus sign in an offset would be read as a space, so there is none."""
    with serving(chunked(FIRST)) as server:
        connect(server.url).read_window(NTA, window, lambda texts: None, deadline_seconds=5)
    [request] = server.requests
    lines = request.lower().split("\r\n")
    credentials = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert request.startswith(
        "GET /v1/events/nta?include_preprocessing=true"
        "&since=2026-06-15T00%3A00%3A00Z&until=2026-06-16T00%3A00%3A00Z HTTP/1.1"
    )
    assert "accept: text/event-stream" in lines
    assert "accept-encoding: identity" in lines
    assert f"Authorization: Basic {credentials}" in request


def test_a_mime_type_may_have_parameters_and_capitals(connect: Connect, window: Window) -> None:
    """MIME types are compared without case, and whatever charset says the stream is UTF-8."""
    script = [
        head("200 OK", f"Content-Length: {len(BODY)}", mime="Text/Event-Stream; charset=latin-1"),
        BODY,
    ]
    assert read_script(connect, window, script)[0].ended == "complete"


def test_a_window_without_events_is_complete_with_none(connect: Connect, window: Window) -> None:
    """The counts say that nothing came; whether that may be is for others to judge."""
    end, _ = read_script(connect, window, chunked(HEARTBEAT))
    assert end == StreamEnd("complete", messages=0, heartbeats=1, dropped=0, unknown_comments=())


def test_a_body_cut_at_any_byte_is_never_complete(connect: Connect, window: Window) -> None:
    """F01: chunked, with a length, and until the connection closes; every place of the cut."""
    pieces = chunk(FIRST) + chunk(HEARTBEAT) + chunk(SECOND) + chunk(b"")
    scripts: list[Script] = [[CHUNKED, pieces[:cut]] for cut in range(len(pieces))]
    scripts += [[WITH_LENGTH, BODY[:cut]] for cut in range(len(BODY))]
    with serving(*scripts) as server:
        broker = connect(server.url)
        for _ in scripts:
            taken: list[str] = []
            assert read(broker, window, taken).ended == "cut"
            assert taken == TEXTS[: len(taken)]
    assert len(server.requests) == len(scripts)


def test_a_body_without_framing_is_unproven_even_when_whole(
    connect: Connect, window: Window
) -> None:
    """F01: its cut looks exactly like its end, so only what is visibly short is called partial."""
    scripts = [[head(), BODY[:cut]] for cut in range(len(BODY) + 1)]
    with serving(*scripts) as server:
        broker = connect(server.url)
        ends = [read(broker, window, []).ended for _ in scripts]
    unproven = [cut for cut, ended in enumerate(ends) if ended == "unproven"]
    after_heartbeat = len(FIRST + HEARTBEAT)
    assert unproven == [0, len(FIRST), after_heartbeat - 1, after_heartbeat, len(BODY)]
    assert set(ends) == {"unproven", "partial"}


@pytest.mark.parametrize("broken", [b"", FIRST[:9]], ids=["between events", "inside an event"])
def test_a_broken_connection_is_cut_and_keeps_what_came_whole(
    connect: Connect, window: Window, broken: bytes
) -> None:
    """F02: a reset says at least that it was none of the broker's ends. Nothing is asked again."""
    with serving([CHUNKED, chunk(FIRST), *([chunk(broken)] * bool(broken)), 0.05, RESET]) as server:
        taken: list[str] = []
        assert read(connect(server.url), window, taken).ended == "cut"
    assert taken == TEXTS[:1]
    assert len(server.requests) == 1


@pytest.mark.parametrize("tail", [SECOND[:-1], SECOND[:-2], b": heart"])
def test_an_event_without_its_blank_line_is_partial_and_not_delivered(
    connect: Connect, window: Window, tail: bytes
) -> None:
    """F03: the framing was right, so the broker itself stopped in the middle."""
    end, taken = read_script(connect, window, chunked(FIRST, tail))
    assert (end.ended, taken) == ("partial", TEXTS[:1])


def test_silence_ends_in_a_timeout(connect: Connect, window: Window) -> None:
    """F04: a half-open connection says nothing, not even that it is broken."""
    end, taken = read_script(connect, window, [CHUNKED, chunk(FIRST), SILENCE])
    assert (end.ended, taken) == ("timeout", TEXTS[:1])


@pytest.mark.parametrize(
    "drip", [chunk(HEARTBEAT), chunk(b":"), b"1"], ids=["heartbeats", "bytes", "size"]
)
def test_a_stream_that_never_ends_is_stopped_by_the_deadline(
    connect: Connect, window: Window, drip: bytes
) -> None:
    """F05, F06: heartbeats, or single bytes, reset the read time-out again and again."""
    patience = Patience(tries=1, read_timeout_seconds=5)
    drips: list[Step] = [drip, 0.02] * 500
    with serving([CHUNKED, chunk(FIRST), *drips]) as server:
        started = time.monotonic()
        end = read(connect(server.url, patience), window, [], seconds=0.3)
    assert end.ended == "timeout"
    assert time.monotonic() - started < 2


def test_a_reading_without_a_deadline_of_its_own_has_that_of_the_patience(
    connect: Connect, window: Window
) -> None:
    """So that no caller can forget it: no reading lasts for ever."""
    drips: list[Step] = [chunk(HEARTBEAT), 0.02] * 500
    with serving([CHUNKED, chunk(FIRST), *drips]) as server:
        started = time.monotonic()
        broker = connect(server.url, Patience(tries=1, stream_seconds_max=0.3))
        taken: list[str] = []
        end = broker.read_window(TRADES, window, taken.extend)
    assert (end.ended, taken) == ("timeout", TEXTS[:1])
    assert time.monotonic() - started < 2


def test_silence_after_heartbeats_is_stopped_by_the_deadline_too(
    connect: Connect, window: Window
) -> None:
    """A read time-out that is longer than the deadline must not prolong it."""
    with serving([head(), HEARTBEAT, SILENCE]) as server:
        started = time.monotonic()
        broker = connect(server.url, Patience(tries=1, read_timeout_seconds=60))
        end = read(broker, window, [], seconds=0.2)
    assert (end.ended, end.heartbeats) == ("timeout", 1)
    assert time.monotonic() - started < 2


def test_a_head_that_drips_is_stopped_by_the_deadline(connect: Connect, window: Window) -> None:
    """F06: no body has begun, so there is no reading to keep and the broker is unreachable."""
    drip = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500
    with serving([step for byte in drip for step in (bytes([byte]), 0.02)]) as server:
        started = time.monotonic()
        broker = connect(server.url, Patience(read_timeout_seconds=60))
        with pytest.raises(BrokerUnreachable, match="deadline"):
            read(broker, window, [], seconds=0.2)
    assert time.monotonic() - started < 2


def test_our_own_stop_ends_a_live_stream_after_its_message(
    connect: Connect, window: Window
) -> None:
    """Live following needs messages at once: the server is still silent when they are taken."""
    taken: list[str] = []
    with serving([CHUNKED, chunk(FIRST), SILENCE]) as server:
        end = connect(server.url).read_window(
            TRADES, window, taken.extend, stop=lambda: bool(taken), deadline_seconds=5
        )
    assert (end.ended, taken) == ("stopped", TEXTS[:1])


@pytest.mark.parametrize("piece", [b"x" * 65536, b"data:\n" * 10000], ids=["line", "tiny lines"])
def test_an_endless_event_is_refused_after_what_came_whole(
    connect: Connect, window: Window, piece: bytes
) -> None:
    """F12: reading stops long before the memory is full."""
    taken: list[str] = []
    with serving([CHUNKED, chunk(FIRST + piece), *([chunk(piece)] * 1000)]) as server:
        broker = connect(server.url)
        with pytest.raises(OversizeError):
            read(broker, window, taken)
    assert taken == TEXTS[:1]


def test_a_failure_of_the_one_who_takes_is_passed_on(connect: Connect, window: Window) -> None:
    """A full disk must not look like an end of the stream."""

    def full(texts: list[str]) -> None:
        raise OSError(28, f"no space for {len(texts)}")

    with serving([CHUNKED, chunk(FIRST), SILENCE]) as server:
        broker = connect(server.url)
        with pytest.raises(OSError, match="no space for 1"):
            broker.read_window(TRADES, window, full, deadline_seconds=5)
