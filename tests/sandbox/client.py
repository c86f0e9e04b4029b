"""A plain reader of the sandbox over a real socket, with http.client only; and what it reads."""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from recon.sandbox.books.make import make_books

BOOKS = make_books(7)
DAY_2 = datetime.date(2026, 6, 16)
TRADES, NTA, SYSTEM = "/v2/events/trades", "/v1/events/nta", "/v2/events/system"
POSITIONS = "/v1/reporting/eod/positions"
ALL = "since=2026-06-01&until=2026-07-01"
AUTHORIZATION = "Basic " + base64.b64encode(b"sandbox-key:sandbox-secret").decode()


@dataclass(frozen=True)
class Answer:
    """A response that has ended."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def events(self) -> list[str]:
        """The texts of an event stream's data lines."""
        lines = self.body.split("\n")
        return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]

    @property
    def comments(self) -> list[str]:
        """An event stream's comment lines."""
        return [line for line in self.body.split("\n") if line.startswith(":")]


def get(url: str, target: str, authorization: str | None = AUTHORIZATION) -> Answer:
    """The whole answer to one request; what came before a broken connection raises."""
    with opened(url, target, authorization) as response:
        return Answer(response.status, response.headers, response.read().decode())


@contextlib.contextmanager
def opened(
    url: str, target: str, authorization: str | None = AUTHORIZATION
) -> Iterator[http.client.HTTPResponse]:
    """A response whose body is still to be read."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        headers = {"Authorization": authorization} if authorization else {}
        connection.request("GET", target, headers=headers)
        with connection.getresponse() as response:
            yield response
    finally:
        connection.close()


def read_until(response: http.client.HTTPResponse, wanted: str) -> str:
    """What a live stream sends up to a piece of text, for at most ten seconds."""
    body, deadline = "", time.monotonic() + 10
    while wanted not in body:
        assert time.monotonic() < deadline, f"expected {wanted!r}; saw {body!r}"
        body += response.read1().decode()
    return body


def refusal(answer: Answer) -> int:
    """The status of a refusal, having checked its documented form."""
    assert set(json.loads(answer.body)) == {"code", "message"}
    return answer.status
