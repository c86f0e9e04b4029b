"""The head of an answer: what is refused, what is asked again, and that no secret is told."""

from __future__ import annotations

import base64
import logging
import socket
import ssl
import time
import traceback
from pathlib import Path

import httpx
import pytest

from recon.errors import BrokerError, BrokerRefused, BrokerUnreachable, ExitCode
from recon.feeds.answer import AnswerRefused, no_answer
from recon.feeds.broker import Patience
from recon.feeds.connection import tls_context
from recon.feeds.patience import NotNow, asked_wait_seconds
from recon.feeds.streams import TRADES
from recon.window import Window
from tests.feeds.conftest import KEY, SECRET, SHORT, Connect
from tests.feeds.fault_server import RESET, Script, Step, chunked, head, refusal, serving

EVENT = b'data: {"execution_id":"a"}\n\n'
GOOD = chunked(EVENT)
ELSEWHERE = "Location: http://127.0.0.1:1/v2/events/trades?token=leaked"
JSON_TEXT = '{ "cash" : 1.10,\n "name":"caf\u00e9" }'


def _json_answer(text: str, *headers: str, mime: str = "application/json") -> Script:
    body = text.encode()
    return [head("200 OK", f"Content-Length: {len(body)}", *headers, mime=mime), body]


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


def test_a_server_that_speaks_no_tls_is_unreachable(connect: Connect, window: Window) -> None:
    """F07: the handshake fails before a request, and so before the credentials are sent."""
    with serving(GOOD) as server:
        patience = Patience(tries=1, connect_timeout_seconds=0.2)
        broker = connect(server.url.replace("http:", "https:"), patience)
        with pytest.raises(BrokerUnreachable):
            broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=5)
    assert not any(SECRET in request for request in server.requests)


def test_a_wrong_certificate_is_final_and_other_failures_are_not() -> None:
    """F08: httpx wraps the certificate's fault twice, as here; it is never asked again."""
    request = httpx.Request("GET", "https://broker.example/v1/events/nta?a=b")
    expired = ssl.SSLCertVerificationError(1, "certificate has expired")
    wrapped, dropped = httpx.ConnectError("tls"), httpx.ConnectError("no route\nto host")
    wrapped.__cause__ = OSError("tls")
    wrapped.__cause__.__context__ = expired
    refused = no_answer(wrapped, request)
    assert isinstance(refused, AnswerRefused)
    assert "certificate" in str(refused)
    assert isinstance(no_answer(dropped, request), NotNow)
    assert str(no_answer(dropped, request)) == "ConnectError no route to host"


def test_the_environment_can_neither_log_session_keys_nor_switch_verification_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """F08, F81: a key log would make the credentials readable to whoever holds it."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own authority"))
    tls_context.cache_clear()
    context = tls_context()
    tls_context.cache_clear()
    assert not context.keylog_filename
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


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


SECRETS = (KEY, SECRET, base64.b64encode(f"{KEY}:{SECRET}".encode()).decode())


@pytest.mark.parametrize(
    "script",
    [
        GOOD,
        refusal("401 Unauthorized"),
        refusal("302 Found", ELSEWHERE),
        refusal("503 Unavailable"),
        [RESET],
        [head("200 OK", "Transfer-Encoding: chunked"), RESET],
        [head("200 OK", mime="text/html")],
    ],
)
def test_no_secret_is_told_anywhere(
    connect: Connect,
    window: Window,
    script: Script,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """F80: not in texts, tracebacks or representations, and not in any log at its loudest."""
    caplog.set_level(logging.DEBUG)
    told = ""
    with serving(script) as server:
        broker = connect(server.url, SHORT)
        try:
            broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=5)
        except BrokerError as fault:
            told += "".join(traceback.format_exception(fault)) + repr(fault) + repr(vars(fault))
            assert "leaked" not in told
        told += repr(broker) + repr(vars(broker)) + repr(vars(vars(broker)["_connection"]))
    printed = capsys.readouterr()
    told += caplog.text + printed.out + printed.err
    assert any(SECRETS[2] in request for request in server.requests)
    assert not [secret for secret in SECRETS if secret in told]
