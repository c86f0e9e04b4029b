"""Calls `recon`, as a process of its own or in this one, and checks what holds of every call."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from click.testing import CliRunner

from recon.cli import main
from tests.test_shape import ROOT

SECRET = "sandbox-secret"  # noqa: S105 -- it opens nothing
CREDENTIALS = {"RECON_BROKER_KEY": "sandbox-key", "RECON_BROKER_SECRET": SECRET}
ENTRY = "from recon.__main__ import main; main()"


@dataclass(frozen=True)
class Called:
    """What a call gave."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that says what was wrong. There must be exactly one, and it the last."""
        lines = [line for line in self.err.splitlines() if line.startswith("recon: ")]
        assert lines == self.err.splitlines()[-1:], self.err
        assert lines[0].startswith("recon: expected "), "what was expected"
        assert "; saw " in lines[0], "what was seen"
        assert "). Next: " in lines[0], "where it was, and what to do next"
        return lines[0]


def call(
    place: Path, *words: str, env: Mapping[str, str] = CREDENTIALS, before: str = ""
) -> Called:
    """Run `recon` in a folder, with only these settings in the environment; `before` is code."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",  # a call whose disk is full must not leave half a cache
        **env,
    }
    done = subprocess.run(
        [sys.executable, "-c", before + ENTRY, *words],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return checked(Called(done.returncode, done.stdout, done.stderr))


def call_here(place: Path, *words: str, env: Mapping[str, str] = CREDENTIALS) -> Called:
    """The same in this process, which is much quicker and as good for what only parses."""
    others = {name: None for name in os.environ if name.startswith(("RECON_", "ALPACA_", "APCA_"))}
    mask = os.umask(0o077)
    os.umask(mask)
    with contextlib.chdir(place):
        done = CliRunner().invoke(main, words, env={**others, **env})
    os.umask(mask)  # a command closes what it writes by the mask of its process
    structlog.reset_defaults()  # the log wrote to the runner's own standard error
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return checked(Called(done.exit_code, done.stdout, done.stderr))


def checked(called: Called) -> Called:
    """Never a traceback, never the secret; a log on standard error is lines of JSON."""
    assert "Traceback" not in called.err, called.err
    for text in (called.out, called.err):
        assert SECRET not in text
    for line in called.err.splitlines():
        if line.startswith("{"):
            json.loads(line)
    return called
