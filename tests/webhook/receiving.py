"""A receiver in a process of its own, and what it keeps."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from recon.archive.archive import Archive
from recon.archive.inbox import absorb, inbox_of
from recon.archive.manifest import read_manifest
from recon.archive.read import archived
from recon.feeds.streams import UPVEST
from tests.test_shape import ROOT
from tests.webhook.signing import Signer, jwks

ENTRY = "from recon.__main__ import main; main()"
STARTED = "2026-06-16T06:00:00Z"


@dataclass(frozen=True)
class Receiver:
    """A running receiver: where it listens, and the archive it keeps bodies for."""

    url: str
    archive: Path
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        """Where it listens."""
        port = httpx.URL(self.url).port
        assert port is not None
        return port

    def kept(self) -> list[bytes]:
        """Every body of the inbox, in the order received."""
        return kept(self.archive)

    def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Deliver a body."""
        return httpx.post(self.url, content=body, headers=headers, timeout=10, trust_env=False)

    def kill(self) -> None:
        """As a loss of the machine would, for what a process can see of it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


def kept(archive: Path) -> list[bytes]:
    """Every body of an inbox, in the order received."""
    return [path.read_bytes() for path in bodies(archive)]


def bodies(archive: Path) -> list[Path]:
    """The files of an inbox, in the order received."""
    return sorted(inbox_of(archive).rglob("[!.]*.body"), key=lambda path: path.name)


@contextmanager
def receiver(home: Path, keys: str, *options: str) -> Iterator[Receiver]:
    """Start `recon webhook serve`, by default on any port; ended by SIGTERM if it still runs."""
    words = ["--home", str(home), "webhook", "serve", "--keys", keys, "--port", "0", *options]
    with subprocess.Popen(
        [sys.executable, "-c", ENTRY, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Receiver(process.stdout.readline().strip(), home / "archive", process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=20)


def keys_file(folder: Path, *signers: Signer) -> str:
    """A JWKS in a file."""
    path = folder / "keys.json"
    path.write_text(jwks(*signers))
    return str(path)


def absorbed_ids(archive: Path) -> list[str]:
    """The identities in the archive once the inbox is absorbed, in order."""
    absorb(Archive(archive, STARTED))
    rows = archived(archive, read_manifest(archive), UPVEST.name, ["identity"])
    return [row["identity"] for row in rows]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
