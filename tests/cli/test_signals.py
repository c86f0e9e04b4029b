"""SIGTERM, SIGHUP and SIGINT at any instant of any command: one line, its code, nothing lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import CREDENTIALS, ENTRY, Called, call, checked
from tests.nightly.nights import MONDAY, Home, right_books
from tests.test_shape import ROOT
from tests.webhook.receiving import keys_file
from tests.webhook.signing import Signer

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
END_SECONDS_MAX = 5
RUN = ("run", "--date", str(MONDAY))
EVENTS_TO_INGEST = 200_000  # enough to be at it for some seconds


def interrupted(place: Path, words: tuple[str, ...], number: int, after_seconds: float) -> Called:
    """The end of a command that got the signal so long after it could have one."""
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, *words], cwd=place,
        env={**os.environ, **CREDENTIALS, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        deadline = time.monotonic() + 30
        while not catches(process.pid) and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(after_seconds)
        process.send_signal(number)
        _, err = process.communicate(timeout=END_SECONDS_MAX)
    return checked(Called(process.returncode, "", err))  # `sandbox serve` prints its own secret


def catches(pid: int) -> bool:
    """Whether our handlers stand, SIGHUP's as the last; before, the signal is Python's own."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGHUP - 1) & 1)


def assert_ended(called: Called, number: int) -> bool:
    """By the signal and in one line, or before it came, as ever; gives which of the two."""
    if called.code != 128 + number:
        assert called.code == 0, called
        assert "recon: " not in called.err
        return False
    assert f"saw {signal.Signals(number).name} " in called.complaint
    assert "run the same command again" in called.complaint
    return True


def reports(home: Path) -> dict[str, bytes]:
    """Every report but the certificate, which names the readings."""
    files = contents(home / "reports")
    return {name: data for name, data in files.items() if not name.endswith("certificate.json")}


def interrupt_nights(place: Path, undisturbed: Home, seed: int, times: int) -> int:
    """Interrupt the night of one home again and again, then let it run; gives how often."""
    instants, ended = random.Random(seed), 0  # noqa: S311 -- instants
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        words = ("--home", "home", "--broker-url", sandbox.url, *RUN)
        for number in SIGNALS * times:
            ended += assert_ended(
                interrupted(place, words, number, instants.uniform(0, 1.8)), number
            )
        assert call(place, *words).code == 0
    assert reports(place / "home") == reports(undisturbed.path)
    return ended


@pytest.mark.long
def test_a_night_that_signals_end_comes_to_the_same_reports(clean: Home, tmp_path: Path) -> None:
    """Once for each signal, wherever it is at that moment."""
    assert interrupt_nights(tmp_path, clean, seed=0, times=1) >= 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 7))
def test_so_it_does_at_many_instants(clean: Home, tmp_path: Path, seed: int) -> None:
    """Twelve of each signal in all, on six homes."""
    assert interrupt_nights(tmp_path, clean, seed, times=2) >= 3


def commands(place: Path, sandbox: Sandbox) -> dict[str, tuple[tuple[str, ...], float]]:
    """Commands that go on for a while, and how long to let them."""
    events = place / "trades.ndjson"
    event = json.dumps({"execution_id": "{}", "at": "2026-06-15T14:30:00Z"})
    events.write_text("".join(event.replace("{}", f"E{n}") + "\n" for n in range(EVENTS_TO_INGEST)))
    keys = str(keys_file(place, Signer()))
    home = ("--home", "home", "--broker-url", sandbox.url)
    return {
        "watch": ((*home, "watch"), 1.5),
        "webhook": ((*home, "webhook", "serve", "--keys", keys, "--port", "0"), 2.5),
        "ingest": ((*home, "ingest", "--stream", "trades", events.name), 1.5),
        "demo": (("--home", "demo", "demo"), 1.5),
        "sandbox": (("sandbox", "serve", "--port", "0"), 1.5),
        "imports": ((*home, "doctor"), 0.05),
    }


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Called]:
    """How a command of a name ends by a signal, in a folder of its own."""

    def end(name: str, number: int) -> Called:
        place = tmp_path_factory.mktemp(name)
        with Sandbox(right_books(), as_of=MONDAY) as sandbox:
            words, seconds = commands(place, sandbox)[name]
            return interrupted(place, words, number, seconds)

    return end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("name", ["ingest", "imports", "webhook"])
def test_other_commands_end_alike(
    ended: Callable[[str, int], Called], name: str, number: int
) -> None:
    """In the midst of a file, of our own imports, and as a server of somebody else's library."""
    assert assert_ended(ended(name, number), number)


@pytest.mark.long
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("name", ["watch", "webhook", "ingest", "demo", "sandbox", "imports"])
def test_every_command_ends_alike(
    ended: Callable[[str, int], Called], name: str, number: int
) -> None:
    """By every signal."""
    assert assert_ended(ended(name, number), number)
