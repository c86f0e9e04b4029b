"""A small real HTTP server for REST answers, which notes what was asked and when."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Reply = tuple[int, str, dict[str, str]]


@dataclass
class Desk:
    """What was asked, in order, with the time; and the url to ask at."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str) -> int:
        """The number of this request, from 1."""
        with self.lock:
            self.paths.append(path)
            self.at.append(time.monotonic())
            return len(self.paths)


@contextlib.contextmanager
def answering(reply: Callable[[int, str], Reply]) -> Iterator[Desk]:
    """Serve reply(number of the request, its path with query) until the block ends."""
    desk = Desk()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, text, headers = reply(desk.note(self.path), self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True  # kept-alive connections end with the test
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        desk.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield desk
        finally:
            server.shutdown()
            thread.join()
