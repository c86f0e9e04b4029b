"""A plain reader of the sandbox over a real socket, with http.client only."""

from __future__ import annotations

import base64
import contextlib
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

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
