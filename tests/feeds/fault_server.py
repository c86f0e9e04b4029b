"""A loopback server of raw sockets: each connection gets the next script, the last one repeats.

A script is a list of steps: bytes are sent, a float is a wait in seconds, SILENCE waits until
the server is closed, RESET breaks the connection; after the last step it is closed.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

RESET = "reset"
SILENCE = "silence"
Step = bytes | float | str
Script = Sequence[Step]


@dataclass
class FaultServer:
    """What the test sees of it: where it is, and the heads of the requests that came."""

    url: str
    scripts: Sequence[Script]
    requests: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, connection: socket.socket) -> None:
        """Read one request, then play its script."""
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                received = connection.recv(65536)
                if not received:
                    return
                head += received
            self.requests.append(head.decode("latin-1"))
            number = min(len(self.requests), len(self.scripts)) - 1
            for step in self.scripts[number]:
                self.play(connection, step)

    def play(self, connection: socket.socket, step: Step) -> None:
        """One step of a script."""
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, float):
            self.closing.wait(step)
        elif step == SILENCE:
            self.closing.wait()
        elif step == RESET:
            linger_no_time = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_time)
            connection.close()


@contextlib.contextmanager
def serving(*scripts: Script) -> Iterator[FaultServer]:
    """Serve the scripts until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = FaultServer(f"http://127.0.0.1:{listener.getsockname()[1]}", scripts)
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            if server.closing.is_set():
                connection.close()
                return
            threads.append(threading.Thread(target=server.answer, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        server.closing.set()
        socket.create_connection(listener.getsockname()).close()  # wakes accept()
        for thread in [accepting, *threads]:
            thread.join()
        listener.close()


def head(status: str = "200 OK", *headers: str, mime: str = "text/event-stream") -> bytes:
    """The head of an answer, up to and with its empty line."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {mime}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(body: bytes) -> bytes:
    """One chunk of a chunked body; of nothing, it is the end."""
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def chunked(*bodies: bytes) -> Script:
    """A right answer: an event stream in chunks, with its end."""
    return [head("200 OK", "Transfer-Encoding: chunked"), *map(chunk, bodies), chunk(b"")]


def refusal(status: str, *headers: str) -> Script:
    """An answer that has a status and no body."""
    return [head(status, "Content-Length: 0", *headers)]
