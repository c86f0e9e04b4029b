"""The head of an answer: what is refused at once, and what is asked again, how often and when."""

from __future__ import annotations

import socket
import time

import pytest

from recon.errors import BrokerRefused, BrokerUnreachable, ExitCode
from recon.feeds.broker import Patience
from recon.feeds.retry import asked_wait_seconds
from recon.feeds.streams import TRADES
from recon.window import Window
from tests.feeds.conftest import Connect
from tests.feeds.fault_server import RESET, Script, chunked, head, refusal, serving

GOOD = chunked(b'data: {"execution_id":"a"}\n\n')
ELSEWHERE = "Location: http://127.0.0.1:1/v2/events/trades?token=leaked"


@pytest.mark.parametrize(
    ("script", "seen", "advice"),
    [
        (refusal("401 Unauthorized"), "HTTP 401", "RECON_BROKER_KEY and RECON_BROKER_SECRET"),
        (refusal("403 Forbidden"), "HTTP 403", "RECON_BROKER_KEY and RECON_BROKER_SECRET"),
        (refusal("404 Not Found"), "HTTP 404", "RECON_BROKER_URL"),
        (refusal("400 Bad Request"), "HTTP 400", "broker's documents"),
        (refusal("410 Gone"), "HTTP 410", "broker's documents"),
        (refusal("301 Moved", ELSEWHERE), "HTTP 301, a redirect", "RECON_BROKER_URL"),
        (refusal("302 Found", ELSEWHERE), "HTTP 302, a redirect", "RECON_BROKER_URL"),
        (refusal("307 Temporary", ELSEWHERE), "HTTP 307, a redirect", "RECON_BROKER_URL"),
        (refusal("308 Permanent", ELSEWHERE), "HTTP 308, a redirect", "RECON_BROKER_URL"),
        ([head("204 No Content")], "HTTP 204", "RECON_BROKER_URL"),
        ([head("200 OK", mime="text/html"), b"<html>"], "'text/html'", "RECON_BROKER_URL"),
        ([head("200 OK", mime="application/x-ndjson")], "x-ndjson", "RECON_BROKER_URL"),
        ([head("200 OK", mime="text/event-streams")], "event-streams", "RECON_BROKER_URL"),
        ([head("200 OK", "Content-Encoding: gzip"), b"\x1f\x8b"], "'gzip'", "RECON_BROKER_URL"),
    ],
)
def test_a_refusal_is_asked_once_and_says_what_to_check(
    connect: Connect, window: Window, script: Script, seen: str, advice: str
) -> None:
    """F09 to F12: trying again, or following, would not help."""
    taken: list[str] = []
    with serving(script) as server:
        broker = connect(server.url)
        with pytest.raises(BrokerRefused) as refused:
            broker.read_window(TRADES, window, taken.extend, deadline_seconds=5)
    text = str(refused.value)
    assert seen in text
    assert advice in text
    assert "GET /v2/events/trades at 127.0.0.1" in text
    assert "\n" not in text
    assert refused.value.exit_code == ExitCode.BROKER
    assert (len(server.requests), taken) == (1, [])


@pytest.mark.parametrize(
    "bad",
    [
        refusal("429 Too Many Requests", "Retry-After: 0"),
        refusal("429 Too Many Requests"),
        refusal("500 Internal Server Error"),
        refusal("502 Bad Gateway"),
        refusal("503 Unavailable", "Retry-After: 0"),
        [RESET],
        [b"HTTP/1.1 nonsense\r\n\r\n"],
        [],
    ],
)
def test_what_may_pass_is_asked_again(connect: Connect, window: Window, bad: Script) -> None:
    """F07, F09: the third try brings the whole window, once."""
    taken: list[str] = []
    with serving(bad, bad, GOOD) as server:
        end = connect(server.url).read_window(TRADES, window, taken.extend, deadline_seconds=5)
    assert (end.ended, end.messages, taken) == ("complete", 1, ['{"execution_id":"a"}'])
    assert len(server.requests) == 3


def test_the_tries_have_an_end(connect: Connect, window: Window) -> None:
    """Three tries were allowed, so there are three requests."""
    with serving(refusal("503 Unavailable")) as server:
        broker = connect(server.url)
        with pytest.raises(BrokerUnreachable, match="HTTP 503, after 3 tries"):
            broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=5)
    assert len(server.requests) == 3


def test_no_try_begins_after_the_deadline(connect: Connect, window: Window) -> None:
    """The deadline is for the whole call, the waits before the answer included."""
    patience = Patience(tries=1000, first_wait_seconds=0.01, wait_seconds_max=0.02)
    with serving(refusal("503 Unavailable")) as server:
        broker = connect(server.url, patience)
        started = time.monotonic()
        with pytest.raises(BrokerUnreachable):
            broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=0.1)
    assert time.monotonic() - started < 2


def test_the_wait_that_the_broker_asks_for_is_kept(connect: Connect, window: Window) -> None:
    """F09: it is longer here than any back-off would be."""
    patience = Patience(tries=2, first_wait_seconds=0.001, wait_seconds_max=60)
    with serving(refusal("429 Too Many Requests", "Retry-After: 0.2"), GOOD) as server:
        started = time.monotonic()
        broker = connect(server.url, patience)
        end = broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=5)
    assert time.monotonic() - started >= 0.2
    assert end.ended == "complete"


def test_the_wait_that_the_broker_asks_for_is_capped(connect: Connect, window: Window) -> None:
    """An hour asked for, 0.05 seconds at most."""
    with serving(refusal("429 Too Many Requests", "Retry-After: 3600"), GOOD) as server:
        started = time.monotonic()
        end = connect(server.url).read_window(
            TRADES, window, lambda texts: None, deadline_seconds=5
        )
    assert time.monotonic() - started < 3
    assert end.ended == "complete"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 ", "x-ratelimit-reset": "1"}, 7.0),
        (
            {
                "date": "Mon, 15 Jun 2026 10:00:00 GMT",
                "retry-after": "Mon, 15 Jun 2026 10:00:30 GMT",
            },
            30.0,
        ),
        # 2026-06-15T10:00:00Z is 1781517600 seconds after the epoch.
        ({"date": "Mon, 15 Jun 2026 10:00:00 GMT", "x-ratelimit-reset": "1781517612"}, 12.0),
        ({"date": "Mon, 15 Jun 2026 10:00:00 GMT", "x-ratelimit-reset": "1781517000"}, 0.0),
        ({"x-ratelimit-reset": "1781517612"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "7", "date": "Fri, 31 Dec 9999 23:59:59 -1400"}, 7.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -1400"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"date": "never", "retry-after": "Mon, 99 Jun 2026 10:00:30 GMT"}, None),
        ({}, None),
    ],
)
def test_the_asked_wait_is_read_without_our_own_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    """Instants count from the answer's own Date."""
    assert asked_wait_seconds(headers) == seconds


def test_a_port_that_nobody_listens_to_is_unreachable(connect: Connect, window: Window) -> None:
    """F07: a refused connection, after all tries."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(BrokerUnreachable, match="ConnectError"):
        connect(f"http://127.0.0.1:{port}").read_window(
            TRADES, window, lambda texts: None, deadline_seconds=5
        )
