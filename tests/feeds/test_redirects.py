"""Redirects: followed on the broker's own host with the same question, and nowhere else."""

from __future__ import annotations

import base64

import pytest

from recon.feeds.redirect import REDIRECTS_MAX
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import TRADES
from recon.window import Window
from tests.feeds.conftest import KEY, SECRET, Connect
from tests.feeds.fault_server import Script, chunked, head, refusal, serving
from tests.feeds.reading import FIRST, TEXTS, read

QUESTION = "since=2026-06-15T00%3A00%3A00Z&until=2026-06-16T00%3A00%3A00Z"
JSON = [head("200 OK", "Content-Length: 2", mime="application/json"), b"{}"]


def to(location: str, status: str = "307 Temporary Redirect") -> Script:
    """An answer that leads elsewhere."""
    return refusal(status, f"Location: {location}")


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_a_redirect_on_the_same_host_is_followed_with_the_credentials(
    connect: Connect, window: Window, status: str
) -> None:
    """By GET, with the same window; as a path or as the whole address."""
    with serving(to(f"/moved?{QUESTION}", status), chunked(FIRST)) as server:
        taken: list[str] = []
        assert read(connect(server.url), window, taken).ended == "complete"
    credentials = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert taken == TEXTS[:1]
    assert server.requests[1].startswith(f"GET /moved?{QUESTION} HTTP/1.1")
    assert server.requests[1].count(f"Authorization: Basic {credentials}") == 1


def test_a_rest_answer_is_redirected_too(connect: Connect) -> None:
    """The whole address of this host is the same as a path."""
    with serving() as server:
        server.scripts = [to(f"{server.url}/b"), JSON]
        assert connect(server.url).get_text("/a", {}) == "{}"
    assert [request.split()[1] for request in server.requests] == ["/a", "/b"]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/v2/events/trades?" + QUESTION,  # another port
        "http://localhost/v2/events/trades?" + QUESTION,
        "//127.0.0.1:1/v2/events/trades?" + QUESTION,
        "http://key:secret@{host}/v2/events/trades?" + QUESTION,
        "https://{host}/v2/events/trades?" + QUESTION,
        "/v2/events/trades",  # whose clean end would prove another window
        "/v2/events/trades?since=2026-06-15T00%3A00%3A00Z",
        "/v2/events/trades?" + QUESTION + "&until=2026-06-15",
        "/v2/events/trades?" + QUESTION.replace("06-16", "06-15"),
        "http://[",
    ],
)
def test_any_other_redirect_is_refused(connect: Connect, window: Window, location: str) -> None:
    """Nothing is sent there."""
    with serving() as server:
        there = location.replace("{host}", server.url.removeprefix("http://"))
        server.scripts = [to(there), chunked(FIRST)]
        with pytest.raises(AnswerRefused, match="HTTP 307"):
            connect(server.url).read_window(TRADES, window, lambda texts: None)
    assert len(server.requests) == 1


def test_redirects_that_lead_on_and_on_are_refused(connect: Connect, window: Window) -> None:
    """A bounded number of them."""
    loop = to(f"/v2/events/trades?{QUESTION}")
    with serving(loop) as server, pytest.raises(AnswerRefused, match="on and on"):
        read(connect(server.url), window, [])
    assert len(server.requests) == REDIRECTS_MAX
