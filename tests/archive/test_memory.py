"""The memory of a whole process, whatever the broker sends: measured against a rude one."""

from __future__ import annotations

import itertools
import os
import re
import socket
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.intake import EVENTS_MAX, Intake
from recon.feeds.streams import TRADES
from tests.archive.making import trade, window
from tests.cli.calling import CREDENTIALS, ENTRY
from tests.feeds.fault_server import chunk
from tests.feeds.reading import CHUNKED
from tests.test_shape import ROOT

MEBIBYTES_MAX = 300
SECONDS = 4
NUMBERS = itertools.count()
# Its own peak: what wait4 says of a child begins with the memory of whoever started it.
TELLS_MEMORY = """
import atexit, pathlib, shutil
atexit.register(shutil.copyfile, "/proc/self/status", pathlib.Path("status").absolute())
"""


def events() -> bytes:
    """Events of some 1,200 bytes, each another one."""
    pad = '"note": "' + "x" * 900 + '"'
    texts = (trade(pad, execution_id=f"X{next(NUMBERS)}") for _ in range(100))
    return "".join(f"data: {text}\n\n" for text in texts).encode()


def frames_of_many_values() -> bytes:
    """Events that take much more memory than they have bytes."""
    legs = "[]," * 600_000 + "[]"
    text = trade(f'"legs": [{legs}]', execution_id=f"X{next(NUMBERS)}")
    return f"data: {text}\n\n".encode()


def arrays_of_events() -> bytes:
    """A frame of very many events."""
    return b"data: [" + b"{}," * 100_000 + b"{}]\n\n"


def one_line() -> bytes:
    """A piece of an event of a gibibyte."""
    return b"x" * 1_000_000


@contextmanager
def endless(piece: object) -> Iterator[str]:
    """A broker that answers every request with such pieces, for ever; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(CHUNKED)
            while callable(piece):
                connection.sendall(chunk(piece()))

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


@pytest.mark.long
@pytest.mark.parametrize(
    ("piece", "code"),
    [(events, 4), (frames_of_many_values, 4), (arrays_of_events, 4), (one_line, 7)],
)
def test_memory_is_bounded_whatever_the_broker_sends(
    tmp_path: Path, piece: object, code: int
) -> None:
    """A replay ends by its deadline or a bound, and its whole process stays small."""
    words = ["replay", "--stream", "trades", "--since", "2026-06-15", "--until", "2026-06-16"]
    with endless(piece) as url:
        environment = {
            **os.environ, **CREDENTIALS, "PYTHONPATH": str(ROOT), "RECON_BROKER_URL": url,
            "RECON_HOME": str(tmp_path), "RECON_WINDOW_DEADLINE_SECONDS": str(SECONDS),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", TELLS_MEMORY + ENTRY, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == code
    (most,) = re.findall(r"VmHWM:\s+(\d+) kB", (tmp_path / "status").read_text())
    assert int(most) < MEBIBYTES_MAX * 1024


@pytest.mark.parametrize("execution_id", ["X1", ""])
def test_what_is_remembered_of_an_event_is_small(
    tmp_path: Path, execution_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All contents of one instant are remembered, of one identity or of none: as many as one
    reading may bring take three eighths of what a process may."""
    monkeypatch.setattr("recon.archive.intake.ROWS_PER_SEGMENT", 300)
    monkeypatch.setattr("recon.archive.hashes.FRESH_MAX", 100)
    intake = Intake(Archive(tmp_path, "2026-06-16T06:00:00Z"), TRADES, window())
    texts = [trade(f'"note": "{n}"', execution_id=execution_id) for n in range(3000)]
    intake.take(texts[:300])
    tracemalloc.start()
    intake.take(texts[300:])
    remembered, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(intake.segments) == 10
    assert remembered / len(texts[300:]) * EVENTS_MAX < MEBIBYTES_MAX * 3 / 8 * 2**20
