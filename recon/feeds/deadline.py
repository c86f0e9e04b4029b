"""A deadline for a whole conversation, whatever it is waiting for.

A read time-out starts again with every byte, and a byte that belongs to a head or to a chunk's
size gives the reader nothing to look at the clock for. So a timer breaks the connection.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Deadline:
    """A context manager: within it, and after so many seconds, the watched connection ends."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False
        self._timer = threading.Timer(min(max(seconds, 0), threading.TIMEOUT_MAX), self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._over = True
            self._socket = None
        self._timer.cancel()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Httpcore's `trace` extension: watch each connection that a request opens."""
        if name in OPENED:
            self.watch(info["return_value"])

    def watch(self, network_stream: Any) -> None:
        """Watch this connection from now on, instead of another one."""
        with self._lock:
            self._socket = network_stream.get_extra_info("socket")
            if self.expired:
                self._break()

    def _expire(self) -> None:
        with self._lock:
            if not self._over:
                self.expired = True
                self._break()

    def _break(self) -> None:
        """Whoever reads sees the end. Not SSLSocket's own shutdown: it would unwrap first."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # closed already, or handed over to TLS
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
