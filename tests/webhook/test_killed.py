"""Kill -9 at any moment: what was acknowledged is in the archive exactly once."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL

import httpx
import pendulum
import pytest

from recon.archive.archive import Archive
from recon.archive.inbox import absorb, inbox_of, keep, open_inbox
from recon.archive.manifest import read_manifest, sweep
from tests.test_shape import ROOT
from tests.webhook.events import account, event_id, payload
from tests.webhook.receiving import (
    STARTED,
    Receiver,
    absorbed_ids,
    free_port,
    kept,
    keys_file,
    receiver,
)
from tests.webhook.signing import Signer

pytestmark = pytest.mark.long

SIGNER = Signer()
NOON = pendulum.datetime(2026, 6, 15, 12)
CLIENTS, LIVES = 4, 4


def test_a_body_is_safe_as_soon_as_it_is_acknowledged(tmp_path: Path) -> None:
    """The receiver dies right after its answer."""
    body = payload(account(1))
    with receiver(tmp_path / "home", keys_file(tmp_path, SIGNER)) as running:
        assert running.post(body, SIGNER.headers(body)).status_code == 200
        running.kill()
        assert kept(running.archive) == [body]
        assert absorbed_ids(running.archive) == [event_id(1)]


class Sender:
    """Delivers bodies as the broker does: each until it hears 200, then never again."""

    def __init__(self, url: str, first: int) -> None:
        self.url, self.first = url, first
        self.acknowledged: list[str] = []
        self.tries = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._send)
        self.thread.start()

    def _send(self) -> None:
        with httpx.Client(timeout=5, trust_env=False) as client:
            for number in self._numbers():
                body = payload(account(number), account(number + 1))
                while not self._delivered(client, body):
                    if self.stop.wait(0.02):
                        return
                self.acknowledged += [event_id(number), event_id(number + 1)]

    def _numbers(self) -> Iterator[int]:
        number = self.first
        while not self.stop.is_set():
            yield number
            number += 2

    def _delivered(self, client: httpx.Client, body: bytes) -> bool:
        self.tries += 1
        try:
            answer = client.post(self.url, content=body, headers=SIGNER.headers(body))
        except httpx.TransportError:
            return False
        return answer.status_code == 200


def lives(home: Path, keys: str, port: int) -> Iterator[Receiver]:
    """One receiver after the other at the same place; each ends when the loop goes on."""
    for _ in range(LIVES):
        with receiver(home, keys, "--port", str(port)) as running:
            yield running
            running.kill()


def test_a_receiver_that_is_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    """Several senders, kills at moments of chance, and a run that absorbs in between."""
    chance = random.Random(7)  # noqa: S311 -- moments, no secret
    port, archive = free_port(), tmp_path / "home" / "archive"
    url = f"http://127.0.0.1:{port}/upvest"
    senders = [Sender(url, 1 + 2 * 10_000 * place) for place in range(CLIENTS)]
    try:
        for _ in lives(tmp_path / "home", keys_file(tmp_path, SIGNER), port):
            before = sum(len(sender.acknowledged) for sender in senders)
            while sum(len(sender.acknowledged) for sender in senders) < before + 40:
                time.sleep(0.01)
            absorb(Archive(archive, STARTED))  # beside the receiver, as a night would
            time.sleep(chance.random() / 10)
    finally:
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.thread.join(timeout=10)
    acknowledged = [name for sender in senders for name in sender.acknowledged]
    found = absorbed_ids(archive)
    assert len(acknowledged) >= 40 * LIVES
    assert sum(sender.tries for sender in senders) > len(acknowledged) / 2, "no kill was felt"
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))
    assert not list(inbox_of(archive).glob("*.body"))


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Archives whose absorbing was killed before each of its changes, and one where it lived."""
    made: list[Path] = []
    while True:
        archive = tmp_path_factory.mktemp("killed") / "archive"
        inbox = open_inbox(archive)
        for number in (1, 3):
            body = payload(account(number), account(number + 1))
            keep(inbox, body, NOON.add(seconds=number))
        made.append(archive)
        words = ["-m", "tests.webhook.killed_absorb", str(archive), str(len(made))]
        done = subprocess.run([sys.executable, *words], cwd=ROOT, check=False)
        if done.returncode == 0:
            return made
        assert done.returncode == -SIGKILL


def test_an_absorbing_that_is_killed_anywhere_can_be_done_again(deaths: list[Path]) -> None:
    """The second time gives what the first would have given."""
    whole = [event_id(number) for number in range(1, 5)]
    lines = [len(read_manifest(archive)) for archive in deaths]
    assert lines[0] == 0
    assert lines[-1] == 1
    halfway = [len(kept(archive)) for archive in deaths]
    assert sorted(halfway, reverse=True) == halfway
    assert set(halfway) == {2, 1, 0}
    for archive in deaths:
        sweep(archive, read_manifest(archive))
        assert absorbed_ids(archive) == whole
        assert kept(archive) == []
