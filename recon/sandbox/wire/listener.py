"""The listening socket: its connections, what was asked, and which faults are still to strike."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from recon.sandbox.wire.publication import Publication
from recon.sandbox.wire.transport import TransportFault


class Listener(ThreadingHTTPServer):
    """A threading server on 127.0.0.1 whose every connection can be ended from outside."""

    daemon_threads = False  # so that server_close joins every connection's thread

    def __init__(
        self, port: int, handler: type[BaseHTTPRequestHandler], publication: Publication,
        credentials: tuple[str, str], transport: tuple[TransportFault, ...],
        heartbeat_seconds: float,
    ) -> None:  # fmt: skip
        self.publication, self.credentials = publication, credentials
        self.heartbeat_seconds = heartbeat_seconds
        self.requests: list[str] = []
        self._transport = transport
        self._strikes = [fault.times for fault in transport]
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._ending = False
        super().__init__(("127.0.0.1", port), handler)

    def opened(self, connection: socket.socket) -> None:
        """Remembers a connection until it is closed; while ending, ends it at once."""
        with self._lock:
            self._connections.add(connection)
            ending = self._ending
        if ending:
            end(connection)

    def finished(self, connection: socket.socket) -> None:
        """Forgets a connection."""
        with self._lock:
            self._connections.discard(connection)

    def asked(self, target: str, *, is_stream: bool) -> TransportFault | None:
        """Notes a request by its path and query; the fault that strikes it, if one does."""
        with self._lock:
            self.requests.append(target)
            for place, fault in enumerate(self._transport):
                fits = target.startswith(fault.path) if fault.path else is_stream
                if fits and self._strikes[place] > 0:
                    self._strikes[place] -= 1
                    return fault
        return None

    def end_connections(self) -> None:
        """Ends every connection, the open ones and those still to come."""
        with self._lock:
            self._ending = True
            connections = list(self._connections)
        for connection in connections:
            end(connection)


def end(connection: socket.socket) -> None:
    """Ends a connection for both sides; nothing if it has ended already."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
