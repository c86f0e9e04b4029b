"""A bundle of one's own: the broker's certificate is verified against it, and against it alone."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from recon.errors import BrokerUnreachable, UsageError
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import TRADES
from recon.feeds.webhooks.keys import read_keys
from recon.window import Window
from tests.feeds.conftest import KEY, SECRET, SHORT

LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
CONSTRAINTS = x509.BasicConstraints(ca=True, path_length=None)
NAME = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "an authority of the firm")])


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers 401: who gets that far trusts the certificate."""

    def do_GET(self) -> None:
        """One answer."""
        self.send_response(401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name there
        """Quiet."""


def make_certificate(place: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    today = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today).not_valid_after(today.replace(year=2096))
    builder = builder.add_extension(LOOPBACK, critical=False)
    certificate = builder.add_extension(CONSTRAINTS, critical=True).sign(key, hashes.SHA256())
    files = place / "authority.pem", place / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[str]:
    """The address of a broker behind that certificate, which lies in `authority.pem`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


def refused(url: str, window: Window, ca_file: Path | None) -> AnswerRefused:
    """How the broker, or the handshake, refuses a reading."""
    with (
        Broker(url, KEY, SECRET, SHORT, ca_file) as broker,
        pytest.raises(AnswerRefused) as caught,
    ):
        broker.read_window(TRADES, window, lambda texts: None, deadline_seconds=5)
    return caught.value


def test_the_bundle_decides_whom_to_trust(tls: str, window: Window, tmp_path: Path) -> None:
    """With it the answer comes; without it the handshake fails, before any credentials."""
    assert refused(tls, window, tmp_path / "authority.pem").status == 401
    without = refused(tls, window, None)
    assert without.status == 0
    assert "certificate" in str(without)


def test_the_keys_of_webhooks_are_asked_for_with_the_same_trust(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody logs the keys of the session."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "logged"))
    with pytest.raises(BrokerUnreachable, match="401"):
        read_keys(tls, tmp_path / "authority.pem")
    with pytest.raises(BrokerUnreachable, match="certificate"):
        read_keys(tls)
    assert not (tmp_path / "logged").exists()


def test_a_file_without_a_certificate_is_named(tmp_path: Path) -> None:
    """Absent, empty, or something else."""
    (tmp_path / "empty.pem").touch()
    (tmp_path / "text.pem").write_text("no certificate")
    for name in ("absent.pem", "empty.pem", "text.pem"):
        with pytest.raises(UsageError, match="a file of certificates in PEM") as caught:
            Broker("https://127.0.0.1", KEY, SECRET, SHORT, tmp_path / name)
        assert f"ca_file {tmp_path / name}" in str(caught.value)
