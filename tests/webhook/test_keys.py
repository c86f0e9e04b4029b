"""The broker's public keys, from a file or an address: as they are now, not as they were."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pendulum
import pytest

from recon.cli.receiver import Limits, Receiver, application
from recon.errors import BrokerUnreachable, UsageError
from recon.feeds.webhooks.keys import KeyRing, parse_keys, read_keys
from tests.cli.calling import call
from tests.test_shape import ROOT
from tests.webhook.receiving import kept
from tests.webhook.signing import Signer, jwks

MORNING = pendulum.datetime(2026, 6, 16, 6)
OLD, NEW = Signer(kid="old"), Signer(kid="new")


@contextmanager
def publishing(pages: dict[str, tuple[int, str]]) -> Iterator[tuple[str, list[str]]]:
    """A host on loopback that answers these pages, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, text = pages[self.path]
            self.send_response(status)
            self.send_header("Location", "/keys")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_upvests_documented_answer_is_read() -> None:
    """The example in its reference of GET /auth/verify_keys."""
    listed = json.loads((ROOT / "tests/webhook/vectors.json").read_text())["upvest_jwk"]
    keys = parse_keys(json.dumps({"keys": [listed]}), "here")
    assert set(keys) == {"9ed77463-c18e-4794-ab5c-17423f9b801a"}
    assert keys["9ed77463-c18e-4794-ab5c-17423f9b801a"].curve.name == "secp521r1"


def test_keys_of_another_kind_are_left_out() -> None:
    """They may stand in the same list; a point that is not on the curve is no key either."""
    off_curve = {**NEW.jwk(), "kid": "off", "x": NEW.jwk()["y"]}
    others = [{"kid": "rsa", "kty": "RSA"}, {"kid": "none"}, {"kty": "EC"}, off_curve]
    assert set(parse_keys(json.dumps({"keys": [*others, OLD.jwk()]}), "here")) == {"old"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": []}', '{"keys": [1]}', '{"keys": [{"kid": "a"}]}', "null"]
)
def test_a_list_without_a_usable_key_is_refused(text: str) -> None:
    """A receiver without keys would refuse everything, for ever."""
    with pytest.raises(UsageError, match="a JWKS with a public P-521 key"):
        parse_keys(text, "here")


def test_keys_are_fetched_from_an_address() -> None:
    """As it is, without following anywhere else."""
    pages = {"/keys": (200, jwks(OLD)), "/moved": (302, ""), "/gone": (404, ""), "/page": (200, "")}
    with publishing(pages) as (host, asked):
        assert set(read_keys(f"{host}/keys")) == {"old"}
        for path in ("/moved", "/gone"):
            with pytest.raises(BrokerUnreachable):
                read_keys(host + path)
        with pytest.raises(UsageError):
            read_keys(f"{host}/page")
    assert asked == ["/keys", "/moved", "/gone", "/page"]


@pytest.mark.parametrize("address", ["http://example.com/keys", "ftp://127.0.0.1/keys", "http://["])
def test_an_address_that_anybody_could_answer_is_refused(address: str) -> None:
    """Keys are only worth what the way is that they came on."""
    with pytest.raises(UsageError, match="another address than https"):
        read_keys(address)


def test_an_address_is_asked_at_most_once_a_minute() -> None:
    """Who delivers often, or invents key ids, cannot make the receiver ask and ask."""
    pages = {"/keys": (200, jwks(OLD, NEW))}
    with publishing(pages) as (host, asked):
        ring = KeyRing(f"{host}/keys", MORNING)
        pages["/keys"] = (200, jwks(NEW))
        assert set(ring.keys_at(MORNING.add(seconds=59))) == {"old", "new"}
        assert set(ring.keys_at(MORNING.add(seconds=60))) == {"new"}
        assert set(ring.keys_at(MORNING.add(seconds=61))) == {"new"}
    assert len(asked) == 2


def test_an_address_that_does_not_answer_leaves_the_keys_an_hour() -> None:
    """A key may have been taken out since: after that nobody knows, until it answers again."""
    pages = {"/keys": (200, jwks(OLD))}
    with publishing(pages) as (host, asked):
        ring = KeyRing(f"{host}/keys", MORNING)
        pages["/keys"] = (500, "")
        assert set(ring.keys_at(MORNING.add(seconds=3600))) == {"old"}
        assert "500" in ring.unconfirmed
        for seconds in (3601, 3700, 3701):
            with pytest.raises(BrokerUnreachable, match="for an hour"):
                ring.keys_at(MORNING.add(seconds=seconds))
        assert len(asked) == 3
        pages["/keys"] = (200, jwks(NEW))
        assert set(ring.keys_at(MORNING.add(seconds=3760))) == {"new"}
        assert ring.unconfirmed == ""


def test_an_address_that_lists_no_key_leaves_none() -> None:
    """It answered: all of them were taken out."""
    pages = {"/keys": (200, jwks(OLD))}
    with publishing(pages) as (host, _):
        ring = KeyRing(f"{host}/keys", MORNING)
        pages["/keys"] = (200, '{"keys": []}')
        with pytest.raises(UsageError, match="none among 0 keys"):
            ring.keys_at(MORNING.add(seconds=60))
        assert set(ring.keys_at(MORNING.add(seconds=61))) == set()


def test_an_endless_list_of_keys_is_refused() -> None:
    """A list of keys has some hundred bytes each."""
    pages = {"/keys": (200, jwks(OLD) + " " * 2_000_000)}
    with publishing(pages) as (host, _), pytest.raises(BrokerUnreachable, match="bytes"):
        read_keys(f"{host}/keys")


def test_a_file_of_keys_counts_as_it_is_at_each_delivery(tmp_path: Path) -> None:
    """A key that comes in counts from then on; one that is taken out is out at once."""
    source = tmp_path / "keys.json"
    source.write_text(jwks(OLD))
    inbox = tmp_path / "archive" / "inbox" / "upvest"
    inbox.mkdir(parents=True)
    said: list[str] = []
    receiver = Receiver(
        inbox, KeyRing(str(source), MORNING), Limits(1000, 300),
        lambda: MORNING, lambda event, **fields: said.append(event),
    )  # fmt: skip

    async def post(signer: Signer) -> int:
        transport = httpx.ASGITransport(app=application(receiver))
        headers = signer.headers(b"{}", created=MORNING.int_timestamp)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return (await client.post("/upvest", content=b"{}", headers=headers)).status_code

    assert (asyncio.run(post(OLD)), asyncio.run(post(NEW))) == (200, 401)
    source.write_text(jwks(NEW))
    assert (asyncio.run(post(OLD)), asyncio.run(post(NEW))) == (401, 200)
    source.write_text("broken")
    assert (asyncio.run(post(NEW)), asyncio.run(post(NEW))) == (503, 503)
    source.unlink()
    assert asyncio.run(post(NEW)) == 503
    source.write_text(jwks(NEW))
    assert asyncio.run(post(NEW)) == 200
    assert said == [
        "kept",
        "refused",
        "refused",
        "known already",
        *["refused"] * 3,
        "known already",
    ]
    assert kept(tmp_path / "archive") == [b"{}"]


@pytest.mark.parametrize("keys", ["nowhere.json", "http://example.com/keys"])
def test_a_receiver_does_not_begin_without_keys(tmp_path: Path, keys: str) -> None:
    """One line says what is wrong, before anything is listened for."""
    called = call(tmp_path, "webhook", "serve", "--keys", keys, "--port", "0")
    assert called.code == 2
    assert "a JWKS with a public P-521 key" in called.complaint


def test_a_receiver_says_which_packages_it_needs(tmp_path: Path) -> None:
    """They come with an extra: whoever does not receive webhooks does not install them."""
    without = "import sys; sys.modules['starlette'] = None\n"
    called = call(tmp_path, "webhook", "serve", "--keys", "keys.json", before=without)
    assert called.code == 2
    assert "saw no starlette" in called.complaint
    assert "pip install '.[webhook]'" in called.complaint
