"""The credentials go to the right host over a verified connection, and are told nowhere."""

from __future__ import annotations

import base64
import logging
import ssl
import traceback
from pathlib import Path

import httpx
import pytest

from recon.errors import BrokerError, BrokerUnreachable
from recon.feeds.broker import Patience
from recon.feeds.connection import tls_context
from recon.feeds.response import AnswerRefused, no_answer
from recon.feeds.retry import NotNow
from recon.feeds.streams import TRADES
from recon.window import Window
from tests.feeds.conftest import KEY, SECRET, SHORT, Connect
from tests.feeds.fault_server import RESET, Script, chunked, head, refusal, serving

GOOD = chunked(b'data: {"execution_id":"a"}\n\n')
ELSEWHERE = "Location: http://127.0.0.1:1/v2/events/trades?token=leaked"
SECRETS = (KEY, SECRET, base64.b64encode(f"{KEY}:{SECRET}".encode()).decode())


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
    assert not (tmp_path / "keys").exists()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


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
