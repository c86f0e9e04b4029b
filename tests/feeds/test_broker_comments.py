"""What the broker says beside its events: comments, and lines that are no event stream."""

from __future__ import annotations

import pytest

from recon.feeds.streams import TRADES
from recon.window import Window
from tests.feeds.conftest import Connect
from tests.feeds.fault_server import chunked, serving
from tests.feeds.reading import FIRST, SECOND, TEXTS, read_script


@pytest.mark.parametrize(
    ("notice", "dropped"),
    [
        (b": you are reading too slowly, dropped 10000 messages\n\n", 10000),
        (b":you are reading too slowly, dropped 0 messages\n", 1),
        (b": you are reading too slowly\n\n", 1),
        (b": you are reading too slowly, dropped 3 messages\n\n" * 2, 6),
        (b": warning: you are reading too slowly, dropped 10 messages\n\n", 10),
        (b": dropped 5 messages\n\n", 5),
        (b": You Are Reading Too Slow: Dropped 7 Messages\n\n", 7),
        (b": warning: 12 messages were dropped\n\n", 1),
    ],
)
def test_a_notice_of_dropped_messages_makes_the_window_lossy(
    connect: Connect, window: Window, notice: bytes, dropped: int
) -> None:
    """F20: the end is as clean as ever, and the window still has holes."""
    end, taken = read_script(connect, window, chunked(FIRST, notice, SECOND))
    assert (end.ended, end.dropped, taken) == ("lossy", dropped, TEXTS)


def test_such_a_notice_inside_an_event_is_no_notice(connect: Connect, window: Window) -> None:
    """Only a comment is the broker's own word."""
    body = b'data: {"note":": you are reading too slowly, dropped 9 messages"}\n\n'
    end, _ = read_script(connect, window, chunked(body))
    assert (end.ended, end.dropped) == ("complete", 0)


@pytest.mark.parametrize("said", [b"internal server error", b"error: Internal Server Error."])
def test_an_internal_server_error_before_a_clean_end_is_not_complete(
    connect: Connect, window: Window, said: bytes
) -> None:
    """F21: the broker says it in a comment and then ends the stream with all its framing."""
    end, taken = read_script(connect, window, chunked(FIRST, b": " + said + b"\n\n"))
    assert (end.ended, taken) == ("server_error", TEXTS[:1])


@pytest.mark.parametrize(
    "beat", [b":heartbeat", b": heartbeat", b":", b": Heartbeat 2026-06-16T05:00:00Z",
             b": keepalive", b": keep-alive", b": ping - 2026-06-16 05:00:00.123"]
)  # fmt: skip
def test_a_heartbeat_of_any_known_wording_says_nothing(
    connect: Connect, window: Window, beat: bytes
) -> None:
    """The broker's documents print the first; the others are what SSE servers send by default."""
    end, _ = read_script(connect, window, chunked(FIRST, beat + b"\n\n", SECOND))
    assert (end.ended, end.heartbeats, end.unknown_comments) == ("complete", 1, ())


def test_an_unknown_comment_proves_nothing_and_is_harmless_to_print(
    connect: Connect, window: Window
) -> None:
    """F22: recorded once each, a bounded number of them, without terminal escapes."""
    many = b"".join(b": notice %d\n" % number for number in range(100))
    end, taken = read_script(connect, window, chunked(b": maintenance \x1b[2J at 5\n" * 2, FIRST))
    assert (end.ended, taken) == ("unknown_comment", TEXTS[:1])
    assert end.unknown_comments == ("maintenance \ufffd[2J at 5",)
    end, _ = read_script(connect, window, chunked(many))
    assert end.unknown_comments[:2] == ("notice 0", "notice 1")
    assert (end.ended, len(end.unknown_comments)) == ("unknown_comment", 20)


@pytest.mark.parametrize(
    ("accepted", "ended"),
    [
        ({"maintenance at 5"}, "complete"),
        ({"maintenance at 6"}, "unknown_comment"),
        ({"maintenance"}, "unknown_comment"),
    ],
)
def test_a_comment_is_accepted_to_the_letter(
    connect: Connect, window: Window, accepted: set[str], ended: str
) -> None:
    """With another number in it, it may be another one: `0 skipped` is not `9 skipped`."""
    with serving(chunked(FIRST, b": maintenance  at 5\n\n")) as server:
        broker = connect(server.url)
        end = broker.read_window(TRADES, window, lambda texts: None, accepted=accepted)
    assert (end.ended, end.unknown_comments) == (ended, ("maintenance at 5",))


@pytest.mark.parametrize("said", ["dropped 5 messages", "internal server error"])
def test_a_comment_of_loss_cannot_be_accepted(connect: Connect, window: Window, said: str) -> None:
    """It is known what it says."""
    with serving(chunked(FIRST, f": {said}\n\n".encode())) as server:
        broker = connect(server.url)
        end = broker.read_window(TRADES, window, lambda texts: None, accepted={said})
    assert end.ended in ("lossy", "server_error")


def test_long_comments_that_begin_alike_are_not_one(connect: Connect, window: Window) -> None:
    """Their beginning is shown, with a hash of the whole."""
    end, _ = read_script(connect, window, chunked(b": " + b"x" * 300 + b"\n\n", FIRST))
    (text,) = end.unknown_comments
    assert len(text) <= 200
    with serving(chunked(b": " + b"x" * 299 + b"y\n\n")) as server:
        other = connect(server.url).read_window(TRADES, window, lambda texts: None, accepted={text})
    assert other.ended == "unknown_comment"


@pytest.mark.parametrize("body", [b"<html>\n<p>Hello\n</html>\n", b'{"id":1}\n{"id":2}\n'])
def test_a_body_that_is_no_event_stream_is_not_complete(
    connect: Connect, window: Window, body: bytes
) -> None:
    """F11: under the standard it would be a stream of no events and no fault."""
    assert read_script(connect, window, chunked(body))[0].ended == "unknown_field"
