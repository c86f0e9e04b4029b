"""No request but a signed one is accepted, and none of any bytes ends with a failure."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import UsageError
from recon.feeds.webhooks.keys import parse_keys
from recon.feeds.webhooks.payload import events_of
from recon.feeds.webhooks.signature import Request, Unproven, prove
from tests.fuzz.mutating import cases, mutated
from tests.webhook.events import account, group, payload
from tests.webhook.receiving import Receiver, keys_file, receiver
from tests.webhook.signing import COVERED, DRAFTS, Signer, jwks

NOW = 1_781_568_000
BODY = payload(account(1), group(2))
SIGNER = Signer()
KEYS = parse_keys(jwks(SIGNER), "here")


def signed(draft: int, created: int = NOW) -> Request:
    """A request as the broker sends it."""
    headers = SIGNER.headers(BODY, draft=draft, created=created)
    return Request("POST", "/upvest", "", [*headers.items()], BODY)


@st.composite
def changed(draw: st.DrawFn, request: Request) -> Request:
    """That request with one or more of its parts changed."""
    for part in draw(st.lists(st.sampled_from(["headers"] * 4 + ["body", "path", "query"]))):
        if part == "headers":
            place = draw(st.integers(0, len(request.headers) - 1))
            headers = list(request.headers)
            name, value = headers[place]
            new = draw(mutated([value.encode("latin-1")], 2)).decode("latin-1")
            headers[place : place + 1] = draw(
                st.sampled_from([[(name, new)], [(name, value), (name, new)], [], [(new, value)]])
            )
            request = replace(request, headers=headers or [("accept", "")])
        elif part == "body":
            request = replace(request, body=draw(mutated([request.body], 2)))
        elif part == "path":
            path = draw(mutated([request.path.encode("latin-1")], 2)).decode("latin-1")
            request = replace(request, path=path)
        else:
            request = replace(request, query=draw(mutated([b"a=b"], 2)).decode("latin-1"))
    return request


@pytest.mark.parametrize("draft", DRAFTS)
@cases(120)
@given(data=st.data())
def test_what_is_accepted_is_what_was_signed(draft: int, data: st.DataObject) -> None:
    """Every part that the signature covers, and the body; all else is Unproven, in one line."""
    right = signed(draft)
    request = data.draw(changed(right))
    try:
        prove(request, KEYS, NOW, 300)
    except Unproven as error:
        assert "\n" not in str(error)  # noqa: PT017 -- to be read is as right
        return
    assert (request.method, request.path, request.body) == ("POST", "/upvest", BODY)
    for name in COVERED[draft]:
        sent, was = ([v for n, v in each.headers if n == name] for each in (request, right))
        assert [value.strip() for value in sent] == was


@cases(150)
@given(body=mutated([BODY, account(3).encode(), b'{"payload": []}']))
def test_any_body_is_cut_into_events_and_loses_nothing(body: bytes) -> None:
    """What is no payload is one text; the events of a payload are as they came."""
    texts = events_of(body)
    whole = body.decode("utf-8", "surrogateescape")
    assert all(text in whole for text in texts[:-1])
    assert bool(texts) or not whole.strip(" \t\r\n") or "payload" in whole


@cases(100)
@given(content=mutated([jwks(SIGNER).encode()]))
def test_any_list_of_keys_is_read_or_refused(content: bytes) -> None:
    """A key that is not read is none."""
    try:
        keys = parse_keys(content.decode("utf-8", "replace"), "here")
    except UsageError:
        return
    assert keys


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One receiver for this file."""
    folder = tmp_path_factory.mktemp("receiver")
    with receiver(folder / "home", keys_file(folder, SIGNER)) as started:
        yield started


@cases(60)
@given(data=st.data())
def test_no_bytes_on_the_wire_are_a_failure(running: Receiver, data: st.DataObject) -> None:
    """An answer is never 500, and 200 means that the body is there as it was signed."""
    request = signed(6, int(time.time()))
    lines = [f"{name}: {value}" for name, value in request.headers]
    head = "\r\n".join(["POST /upvest HTTP/1.1", "host: here", *lines, "", ""]).encode()
    sent = data.draw(mutated([head + BODY], 3))
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except ConnectionError:
            answer = b""
    assert b" 500 " not in answer.partition(b"\r\n")[0], (sent, answer)
    assert {*running.kept()} <= {BODY}
    assert running.kept() or not answer.startswith(b"HTTP/1.1 200")
    assert running.process.poll() is None
