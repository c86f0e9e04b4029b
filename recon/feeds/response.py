"""Judges the head of an answer: takes a response, gives nothing or raises what it means.

A refusal is for people and says which setting to check. No text holds a secret: where an answer
came from is named by method, host and path, never by query or headers.
"""

from __future__ import annotations

import ssl

import httpx

from recon.errors import BrokerRefused, BrokerUnreachable
from recon.feeds.retry import NotNow, asked_wait_seconds
from recon.feeds.stream import Stream

SEEN_LENGTH_MAX = 200
GONE = (404, 410)
KEY_HELP = "check RECON_BROKER_KEY and RECON_BROKER_SECRET, and what that key may read"
URL_HELP = "check RECON_BROKER_URL: it must be the broker's own API, with no page or proxy between"
REQUEST_HELP = "compare the request with the broker's documents"


class AnswerRefused(BrokerRefused):
    """An answer that trying again will not change. `status` is HTTP's, 0 if there was none."""

    def __init__(self, status: int, *, expected: str, seen: str, where: str, help_: str) -> None:
        super().__init__(expected=expected, seen=seen, where=where, next_step=help_)
        self.status = status


class AnswerTooLarge(BrokerUnreachable):
    """A REST answer beyond the size that its caller takes; it was not read to its end."""

    def __init__(self, bytes_max: int, request: httpx.Request) -> None:
        super().__init__(
            expected=f"an answer of at most {bytes_max} bytes",
            seen="a larger one",
            where=place(request),
            next_step="check that RECON_BROKER_URL is the broker, then ask the broker",
        )


def place(request: httpx.Request) -> str:
    """Where a request goes, for messages; with the port where the URL names one."""
    return one_line(f"{request.method} {request.url.path} at {host_of(request.url)}")


def host_of(url: httpx.URL) -> str:
    """The host, and its port where it is not that of the scheme."""
    return str(url.netloc, "ascii", "replace")


def removed(refusal: AnswerRefused, stream: Stream) -> AnswerRefused:
    """The refusal of a stream that the broker gives up: no URL needs mending."""
    return AnswerRefused(
        refusal.status,
        expected=refusal.expected,
        seen=refusal.seen,
        where=refusal.where,
        help_=stream.removed,
    )


def one_line(text: str) -> str:
    """A foreign text made harmless: printable, on one line, not long."""
    words = " ".join(text.split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)[
        :SEEN_LENGTH_MAX
    ]


def check_answer(response: httpx.Response, mime: str) -> None:
    """Pass a 200 of that MIME type. Raises NotNow for 429 and 5xx, AnswerRefused for the rest."""
    status, where = response.status_code, place(response.request)
    seen = f"HTTP {status}"
    if status == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
        busy = status == httpx.codes.TOO_MANY_REQUESTS
        raise NotNow(seen, where, busy=busy, wait_seconds=asked_wait_seconds(response.headers))
    if status != httpx.codes.OK:
        raise AnswerRefused(
            status, expected="HTTP 200", seen=_named(response), where=where, help_=_help(status)
        )
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != mime:
        raise AnswerRefused(
            status,
            expected=f"content type {mime}",
            seen=one_line(repr(content_type)),
            where=where,
            help_=URL_HELP,
        )
    encoding = response.headers.get("content-encoding", "")
    if encoding:
        raise AnswerRefused(
            status,
            expected="an answer without content encoding, as asked for",
            seen=one_line(repr(encoding)),
            where=where,
            help_=URL_HELP,
        )


def no_answer(fault: httpx.TransportError, request: httpx.Request) -> NotNow | AnswerRefused:
    """What a failure of the transport means: a wrong certificate is final, the rest may pass."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return AnswerRefused(
                0,
                expected="a valid certificate",
                seen=one_line(str(cause)),
                where=place(request),
                help_=URL_HELP,
            )
        cause = cause.__cause__ or cause.__context__
    return NotNow(one_line(f"{type(fault).__name__} {fault}"), place(request))


def unusable(seen: str, request: httpx.Request) -> BrokerUnreachable:
    """The end of asking, without a usable answer."""
    return BrokerUnreachable(
        expected="an answer from the broker",
        seen=seen,
        where=place(request),
        next_step="try later; check RECON_BROKER_URL and the broker's status page",
    )


def is_framed(response: httpx.Response) -> bool:
    """Whether the body says itself where it ends; if not, a cut looks like the end."""
    return "content-length" in response.headers or "transfer-encoding" in response.headers


def _named(response: httpx.Response) -> str:
    if response.is_redirect or response.has_redirect_location:
        return (
            f"HTTP {response.status_code}, a redirect that leads to another host or question, or on"
            " and on: it is not followed"
        )
    if response.status_code == httpx.codes.NO_CONTENT:
        return "HTTP 204, which says that there is nothing to read"
    return f"HTTP {response.status_code}"


def _help(status: int) -> str:
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return KEY_HELP
    if httpx.codes.is_client_error(status) and status != httpx.codes.NOT_FOUND:
        return REQUEST_HELP
    return URL_HELP
