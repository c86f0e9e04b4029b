"""One host, one key: sends requests that cannot leave the host, and tries again what may pass.

Takes a path and parameters; gives an open answer whose head is right. Reads no body.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import certifi
import httpx
import stamina

from recon.errors import BrokerRefused, UsageError
from recon.feeds.deadline import Deadline
from recon.feeds.redirect import REDIRECTS_MAX, redirected
from recon.feeds.response import check_answer, host_of, no_answer, unusable
from recon.feeds.retry import NotNow, Patience, Pause, Tries

CONNECTIONS_MAX = 64

Answer = TypeVar("Answer")


class Connection:
    """Keeps connections open between requests. Threads may share it. Close it at the end."""

    def __init__(
        self, base_url: str, key: str, secret: str, patience: Patience, ca_file: Path | None = None
    ) -> None:
        self._patience = patience
        self._pause = Pause()
        self._client = httpx.Client(
            base_url=base_url,
            auth=(key, secret),
            headers={"Accept-Encoding": "identity", "User-Agent": "broker-recon"},
            timeout=httpx.Timeout(
                patience.read_timeout_seconds, connect=patience.connect_timeout_seconds
            ),
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
            ),
            verify=tls_context(ca_file),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def request(self, path: str, params: Mapping[str, str], accept: str) -> httpx.Request:
        """A request that cannot leave the broker's host, whatever the path says."""
        request = self._client.build_request(
            "GET", path, params=dict(params), headers={"Accept": accept}
        )
        base = self._client.base_url
        there = (request.url.scheme, request.url.host, request.url.port)
        if not path.startswith("/") or there != (base.scheme, base.host, base.port):
            raise BrokerRefused(
                expected="a path on the broker's host, beginning with /",
                seen=repr(path[:100]),
                where=f"a request to {host_of(base)}",
                next_step="name the path in recon/feeds/streams.py without a host",
            )
        return request

    def attempt(self, request: httpx.Request, once: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer, a refusal, or no try left."""
        tries = Tries(self._patience, self._pause)
        try:
            for attempt in stamina.retry_context(
                on=tries,
                attempts=None,
                timeout=None,
                wait_initial=self._patience.first_wait_seconds,
                wait_max=self._patience.wait_seconds_max,
                wait_jitter=self._patience.first_wait_seconds,
                wait_exp_base=2,
            ):
                with attempt:
                    self._pause.wait()
                    answer = once()
                    self._pause.answered()
                    return answer
        except NotNow as last:
            raise unusable(f"{last.seen}, after {tries.used} tries", request) from last
        raise AssertionError("stamina ends with an answer or with the last failure")

    def open(self, request: httpx.Request, mime: str, deadline: Deadline) -> httpx.Response:
        """One answer whose head is right, its body still unread; after redirects on this host."""
        asked = request
        for _ in range(REDIRECTS_MAX):
            response = self._send(request, deadline)
            further = redirected(response, asked)
            if further is None:
                break
            response.close()
            request = further
        try:
            check_answer(response, mime)
        except BaseException:
            response.close()
            raise
        return response

    def _send(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        """One answer, whatever it is."""
        request.extensions["trace"] = deadline.trace
        late = "no answer before the deadline"
        if deadline.expired:
            raise unusable(late, request)
        try:
            response = self._client.send(request, stream=True)
        except httpx.TransportError as fault:
            if deadline.expired:
                raise unusable(late, request) from fault
            raise no_answer(fault, request) from fault
        deadline.watch(response.extensions["network_stream"])
        return response


def tell_retries(note: Callable[..., None]) -> None:
    """From now on note each failure after which the broker is asked again, on one plain line."""

    def report(details: stamina.instrumentation.RetryDetails) -> None:
        fault = details.caused_by
        note(
            "asked again",
            why=str(fault),
            where=getattr(fault, "where", ""),
            tries=details.retry_num,
            wait_seconds=round(details.wait_for, 1),
        )

    stamina.instrumentation.set_on_retry_hooks([report])


@functools.cache
def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Verifies against certifi's authorities, or against those of the file alone; the environment
    can neither add one nor log keys. Raises UsageError for a file that has none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual one opens SSLKEYLOGFILE
    try:
        context.load_verify_locations(ca_file or certifi.where())
    except OSError as error:  # of which ssl.SSLError is one
        raise UsageError(
            expected="a file of certificates in PEM",
            seen=error.strerror or str(error),
            where=f"ca_file {ca_file}",
            next_step="set RECON_CA_FILE to the bundle of your authority, or leave it out",
        ) from error
    return context
