"""A receiver on a real socket: what is proven is kept before it is answered, nothing else is."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1

from tests.webhook.events import account, group, payload
from tests.webhook.receiving import Receiver, absorbed_ids, bodies, keys_file, receiver
from tests.webhook.signing import COVERED, DRAFTS, Signer

LIMIT = 20_000
SIGNER = Signer()
STRANGER = Signer(kid="4d1c1c7b-0000-4000-8000-000000000001")
IMPOSTOR = Signer()
SMALL_CURVE = Signer(kid="4d1c1c7b-0000-4000-8000-000000000002", curve=SECP384R1())
BODY = payload(account(1), group(2))
Headers = dict[str, str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One receiver for this file, with a small limit."""
    folder = tmp_path_factory.mktemp("receiver")
    keys = keys_file(folder, SIGNER, SMALL_CURVE)
    with receiver(folder / "home", keys, "--max-body", str(LIMIT)) as started:
        yield started


@pytest.fixture
def empty(running: Receiver) -> Receiver:
    """That receiver with nothing in its inbox."""
    for path in bodies(running.archive):
        path.unlink()
    return running


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("body", [BODY, account(3).encode(), b"no JSON at all", b'"\xff'])
def test_a_proven_body_is_kept_as_it_came(empty: Receiver, draft: int, body: bytes) -> None:
    """Both drafts; a payload, a single event, and what nobody can read: that is told later."""
    answer = empty.post(body, SIGNER.headers(body, draft=draft))
    assert (answer.status_code, empty.kept()) == (200, [body])


def test_a_body_that_is_delivered_again_is_kept_once(empty: Receiver) -> None:
    """The broker tries again until it hears 200, each time with a signature of that moment."""
    for _ in range(3):
        assert empty.post(BODY, SIGNER.headers(BODY)).status_code == 200
    assert empty.kept() == [BODY]


def dropped(headers: Headers, name: str) -> Headers:
    """The headers without one."""
    return {field: value for field, value in headers.items() if field != name}


def now() -> int:
    """Seconds since 1970."""
    return int(time.time())


def covering(*without: str) -> list[str]:
    """What draft 6 covers, without some."""
    return [name for name in COVERED[6] if name not in without]


def two_labels(headers: Headers) -> Headers:
    """A second signature beside the first."""
    return {
        **headers,
        **{n: f"{headers[n]}, {headers[n].replace('sig1', 'sig2')}"
           for n in ("signature", "signature-input")},
    }  # fmt: skip


def relabelled(headers: Headers) -> Headers:
    """A signature by another name."""
    return {name: value.replace("sig1=", "other=") for name, value in headers.items()}


UNPROVEN: dict[str, tuple[str, Callable[[], Headers]]] = {
    "no signature": ("has no signature", lambda: dropped(SIGNER.headers(BODY), "signature")),
    "no signature-input": (
        "has no signature-input",
        lambda: dropped(SIGNER.headers(BODY), "signature-input"),
    ),
    "a signed header is missing": (
        "has no digest",
        lambda: dropped(SIGNER.headers(BODY), "digest"),
    ),
    "a signed header is changed": (
        "not that of this request",
        lambda: {**SIGNER.headers(BODY), "accept": "text/html"},
    ),
    "another key of that id": ("not that of this request", lambda: IMPOSTOR.headers(BODY)),
    "an unknown key": ("the key of the signature is not known", lambda: STRANGER.headers(BODY)),
    "a key on another curve": ("not known", lambda: SMALL_CURVE.headers(BODY)),
    "another algorithm": ("the algorithm", lambda: SIGNER.headers(BODY, alg="hmac-sha256")),
    "stale": ("stale", lambda: SIGNER.headers(BODY, created=now() - 400, lives=1000)),
    "expired": ("stale", lambda: SIGNER.headers(BODY, created=now() - 200, lives=5)),
    "of the future": ("of the future", lambda: SIGNER.headers(BODY, created=now() + 300)),
    "two labels": ("cannot be read", lambda: two_labels(SIGNER.headers(BODY))),
    "another label": ("sig1=", lambda: relabelled(SIGNER.headers(BODY))),
    "signed for another path": (
        "not that of this request",
        lambda: SIGNER.headers(BODY, path="/other"),
    ),
    "signed for another method": (
        "not that of this request",
        lambda: SIGNER.headers(BODY, method="PUT"),
    ),
    "the digest of another body": (
        "the body is not that of the header digest",
        lambda: SIGNER.headers(b"another"),
    ),
    "digest not covered": (
        "does not cover a digest",
        lambda: SIGNER.headers(BODY, covered=covering("digest")),
    ),
    "method not covered": (
        "does not cover the method",
        lambda: SIGNER.headers(BODY, covered=covering("@method")),
    ),
    "path not covered": (
        "does not cover the method and the path",
        lambda: SIGNER.headers(BODY, covered=covering("@path")),
    ),
    "nothing at all": (
        "has no signature-input",
        lambda: {"content-type": "application/json"},
    ),
}


@pytest.mark.parametrize("what", UNPROVEN)
def test_what_is_not_proven_is_refused(empty: Receiver, what: str) -> None:
    """401 with the reason, and nothing of it is kept."""
    reason, signed = UNPROVEN[what]
    answer = empty.post(BODY, dropped(signed(), "content-length"))  # the client writes its own
    assert (answer.status_code, empty.kept()) == (401, [])
    assert reason in answer.text


def test_another_digest_than_the_bodys_is_refused_in_both_drafts(empty: Receiver) -> None:
    """The signature is good, the body is another: of the same length, so that only this tells."""
    other = BODY.replace(b"savings", b"SAVINGS")
    for draft in DRAFTS:
        answer = empty.post(other, SIGNER.headers(BODY, draft=draft))
        assert answer.status_code == 401
        assert "the body is not that of the header" in answer.text
    assert empty.kept() == []


@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "/upvest", 405), ("POST", "/elsewhere", 404)]
)
def test_there_is_one_door(empty: Receiver, method: str, path: str, status: int) -> None:
    """However well it is signed."""
    headers = SIGNER.headers(BODY, method=method, path=path)
    answer = httpx.request(
        method, empty.url.replace("/upvest", path), content=BODY, headers=headers, trust_env=False
    )
    assert (answer.status_code, empty.kept()) == (status, [])


def test_a_body_of_the_largest_size_is_kept_and_no_larger_one(empty: Receiver) -> None:
    """The limit counts bytes."""
    largest, larger = b"x" * LIMIT, b"x" * (LIMIT + 1)
    assert empty.post(largest, SIGNER.headers(largest)).status_code == 200
    assert empty.post(larger, SIGNER.headers(larger)).status_code == 413
    assert empty.kept() == [largest]


def raw(running: Receiver, sent: bytes) -> bytes:
    """What the receiver answers to these bytes."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(sent)
        return connection.recv(4096)


def test_a_body_that_only_says_it_is_too_large_is_refused_unread(empty: Receiver) -> None:
    """Nobody waits for it."""
    head = b"POST /upvest HTTP/1.1\r\nHost: here\r\nContent-Length: 20001\r\n\r\n"
    assert raw(empty, head).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_pieces_is_refused_as_soon_as_it_is_too_large(empty: Receiver) -> None:
    """It says no length before; the last piece never comes."""
    head = b"POST /upvest HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = b"1388\r\n" + b"x" * 5000 + b"\r\n"
    assert raw(empty, head + pieces * 4 + b"1\r\nx\r\n").startswith(b"HTTP/1.1 413 ")
    assert empty.kept() == []


def test_a_body_in_pieces_is_kept_whole(empty: Receiver) -> None:
    """A proxy may send it so; the length is then not signed."""
    headers = dropped(SIGNER.headers(BODY, covered=covering("content-length")), "content-length")
    pieces: Any = iter([BODY[:100], BODY[100:]])
    answer = httpx.post(empty.url, content=pieces, headers=headers, trust_env=False)
    assert (answer.status_code, empty.kept()) == (200, [BODY])


def test_a_client_that_goes_away_leaves_nothing(empty: Receiver) -> None:
    """Half a body is none, and the receiver goes on."""
    headers = "".join(f"{n}: {v}\r\n" for n, v in SIGNER.headers(BODY).items())
    with socket.create_connection(("127.0.0.1", empty.port), timeout=10) as connection:
        connection.sendall(
            f"POST /upvest HTTP/1.1\r\nHost: h\r\n{headers}\r\n".encode() + BODY[:50]
        )
    other = account(9).encode()
    assert empty.post(other, SIGNER.headers(other)).status_code == 200
    assert empty.kept() == [other]


def test_what_cannot_be_written_is_not_acknowledged(tmp_path: Path) -> None:
    """The broker keeps it and tries again, until there is room."""
    with receiver(tmp_path / "home", keys_file(tmp_path, SIGNER)) as started:
        folder = started.archive / "inbox" / "upvest"
        folder.rmdir()
        assert started.post(BODY, SIGNER.headers(BODY)).status_code == 503
        folder.mkdir()
        assert started.post(BODY, SIGNER.headers(BODY)).status_code == 200
        assert len(absorbed_ids(started.archive)) == 2
