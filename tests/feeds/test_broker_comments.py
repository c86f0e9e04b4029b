"""What the broker says beside its events: comments, and lines that are no event stream."""

from __future__ import annotations

import pytest

from recon.window import Window
from tests.feeds.conftest import Connect
from tests.feeds.fault_server import chunked
from tests.feeds.reading import FIRST, SECOND, TEXTS, read_script


@pytest.mark.parametrize(
    ("notice", "dropped"),
    [
        (b": you are reading too slowly, dropped 10000 messages\n\n", 10000),
        (b":you are reading too slowly, dropped 0 messages\n", 1),
        (b": you are reading too slowly\n\n", 1),
        (b": you are reading too slowly, dropped 3 messages\n\n" * 2, 6),
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


def test_an_internal_server_error_before_a_clean_end_is_not_complete(
    connect: Connect, window: Window
) -> None:
    """F21: the broker says it in a comment and then ends the stream with all its framing."""
    end, taken = read_script(connect, window, chunked(FIRST, b": internal server error\n\n"))
    assert (end.ended, taken) == ("server_error", TEXTS[:1])


def test_an_unknown_comment_is_recorded_and_harmless_to_print(
    connect: Connect, window: Window
) -> None:
    """F22: recorded once each, a bounded number of them, without terminal escapes."""
    many = b"".join(b": notice %d\n" % number for number in range(100))
    end, _ = read_script(connect, window, chunked(b": maintenance \x1b[2J at 5\n" * 2, FIRST))
    assert end.ended == "complete"
    assert end.unknown_comments == ("maintenance \ufffd[2J at 5",)
    end, _ = read_script(connect, window, chunked(many))
    assert end.unknown_comments[:2] == ("notice 0", "notice 1")
    assert len(end.unknown_comments) == 20


@pytest.mark.parametrize("body", [b"<html>\n<p>Hello\n</html>\n", b'{"id":1}\n{"id":2}\n'])
def test_a_body_that_is_no_event_stream_is_not_complete(
    connect: Connect, window: Window, body: bytes
) -> None:
    """F11: under the standard it would be a stream of no events and no fault."""
    assert read_script(connect, window, chunked(body))[0].ended == "unknown_field"
