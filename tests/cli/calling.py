"""Calls `recon` as a process of its own, and checks what holds of every call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.test_shape import ROOT

SECRET = "sandbox-secret"  # noqa: S105 -- it opens nothing
CREDENTIALS = {"RECON_BROKER_KEY": "sandbox-key", "RECON_BROKER_SECRET": SECRET}
ENTRY = "from recon.cli import main; main()"


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
        assert ". Next: " in lines[0], "what to do next"
        assert lines[0].startswith("recon: expected "), "what was expected"
        assert "; saw " in lines[0], "what was seen"
        return lines[0]


def call(place: Path, *words: str, env: Mapping[str, str] = CREDENTIALS) -> Called:
    """Run `recon` in a folder with only these settings in the environment; never a traceback,
    never the secret, and everything on standard error is a complaint or a JSON log line."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, *words],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    for text in (done.stdout, done.stderr):
        assert SECRET not in text
    for line in done.stderr.splitlines():
        if line.startswith("{"):
            json.loads(line)
    return Called(done.returncode, done.stdout, done.stderr)
