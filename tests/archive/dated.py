"""A broker of the other document: version 1 and its like take windows as dates only. Real sockets.

It stands before a sandbox. Instants are refused, or cut to their date without a word; publication
cursors are passed on, or refused.
"""

from __future__ import annotations

import contextlib
import http.server
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from recon.sandbox.wire.server import Sandbox

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CURSORS = ("since_id", "since_ulid")


@dataclass
class Dated:
    """Where it listens, and the queries of event streams that came, in order."""

    url: str = ""
    queries: list[str] = field(default_factory=list)


@contextlib.contextmanager
def dated(
    sandbox: Sandbox, instants: str, *, cursors: bool = True, path: str = ""
) -> Iterator[Dated]:
    """`instants` are to "pass", to "refuse" or to "cut", on streams whose path begins so."""
    broker = Dated()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = dict(parse_qsl(parts.query))
            target = self.path
            if "/events/" in parts.path and parts.path.startswith(path):
                broker.queries.append(urlencode(asked, safe=":"))
                plain = all(DATE.fullmatch(asked.get(name, "2026-01-01")) for name in WINDOW)
                if (instants == "refuse" and not plain) or (
                    not cursors and any(name in asked for name in CURSORS)
                ):
                    self.answer(422, "application/json", b'{"message":"invalid format"}')
                    return
                if instants == "cut":
                    cut = {k: v[:10] if k in WINDOW else v for k, v in asked.items()}
                    target = f"{parts.path}?{urlencode(cut)}"
            request = urllib.request.Request(sandbox.url + target, headers=dict(self.headers))  # noqa: S310 -- loopback
            try:
                with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310 -- loopback
                    self.answer(reply.status, reply.headers["Content-Type"], reply.read())
            except urllib.error.HTTPError as reply:
                self.answer(reply.code, reply.headers["Content-Type"], reply.read())

        def answer(self, status: int, mime: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True  # kept-alive connections end with the test
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A reader that leaves is no failure."""

    with Server(("127.0.0.1", 0), Handler) as server:
        broker.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield broker
        finally:
            server.shutdown()
            thread.join()


WINDOW = ("since", "until")
