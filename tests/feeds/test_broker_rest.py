"""One REST answer: its exact text, or an error; and paths that stay on the host."""

from __future__ import annotations

import time

import pytest

from recon.errors import BrokerError, BrokerRefused, BrokerUnreachable
from recon.feeds.broker import Patience
from tests.feeds.conftest import Connect
from tests.feeds.fault_server import Script, Step, head, refusal, serving

ELSEWHERE = "Location: http://127.0.0.1:1/v2/events/trades?token=leaked"
JSON_TEXT = '{ "cash" : 1.10,\n "name":"caf\u00e9" }'


def _json_answer(text: str, *headers: str, mime: str = "application/json") -> Script:
    body = text.encode()
    return [head("200 OK", f"Content-Length: {len(body)}", *headers, mime=mime), body]


def test_a_rest_answer_is_its_exact_text(connect: Connect) -> None:
    """Spaces, digits and line ends are the archive's to keep; parameters are encoded."""
    with serving(_json_answer(JSON_TEXT, mime="application/json; charset=utf-8")) as server:
        text = connect(server.url).get_text("/v1/a", {"asof": "2026-06-15", "page_token": "a+/="})
    assert text == JSON_TEXT
    assert server.requests[0].startswith("GET /v1/a?asof=2026-06-15&page_token=a%2B%2F%3D HTTP/1.1")


def test_a_rest_answer_that_was_cut_is_asked_again(connect: Connect) -> None:
    """Its length was promised."""
    cut = [head("200 OK", "Content-Length: 500", mime="application/json"), b'{"a":']
    with serving(cut, _json_answer(JSON_TEXT)) as server:
        assert connect(server.url).get_text("/v1/a", {}) == JSON_TEXT


@pytest.mark.parametrize(
    "script",
    [
        _json_answer("<html>", mime="text/html"),
        _json_answer("{}", "Content-Encoding: br"),
        refusal("302 Found", ELSEWHERE),
        [head("200 OK", "Content-Length: 2", mime="application/json"), b"\xff\xfe"],
    ],
)
def test_a_rest_answer_of_another_kind_is_an_error(connect: Connect, script: Script) -> None:
    """A log-in page with status 200 is no statement."""
    with serving(script) as server:
        broker = connect(server.url)
        with pytest.raises(BrokerError):
            broker.get_text("/v1/a", {})
    assert len(server.requests) == 1


def test_a_rest_answer_that_drips_has_a_deadline(connect: Connect) -> None:
    """Single bytes would keep every read time-out away."""
    patience = Patience(tries=1, answer_seconds_max=0.1)
    drips: list[Step] = [b" ", 0.02] * 100
    promise = head("200 OK", "Content-Length: 500", mime="application/json")
    with serving([promise, *drips]) as server:
        broker = connect(server.url, patience)
        started = time.monotonic()
        with pytest.raises(BrokerUnreachable, match="too slow"):
            broker.get_text("/v1/a", {})
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("path", ["http://127.0.0.1:1/a", "//127.0.0.1:1/a", "a", "@evil/a", ""])
def test_a_path_cannot_leave_the_host(connect: Connect, path: str) -> None:
    """The credentials go where the settings say, or nowhere."""
    with serving(_json_answer(JSON_TEXT)) as server:
        broker = connect(server.url)
        try:
            assert broker.get_text(path, {}) == JSON_TEXT
        except BrokerRefused:
            assert server.requests == []
        else:
            assert len(server.requests) == 1
