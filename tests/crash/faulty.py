"""One command with a fault at its n-th change of a file, by a library that is loaded before it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cli.calling import CREDENTIALS, ENTRY
from tests.test_shape import ROOT

SOURCE = Path(__file__).with_name("faults.c")
ERRORS = {"ENOSPC": "28", "EIO": "5", "EACCES": "13"}
LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Command:
    """A command that can be repeated: its words, the home it works on, and other settings."""

    words: Sequence[str]
    home: Path
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, negative for a signal, and what it said."""

    code: int
    out: str
    err: str


def built(folder: Path) -> Path:
    """The library, compiled into that folder. Needs a C compiler."""
    library = folder / "faults.so"
    compiler = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(compiler, check=True)
    return library


def run_plain(command: Command, faults: Mapping[str, str] | None = None) -> Ended:
    """Run it, with those settings of the library or without it."""
    words = ["--home", str(command.home), *command.words]
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, *words],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            **CREDENTIALS,
            **command.settings,
            **(faults or {}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_faulty(
    command: Command, library: Path, at: int, how: str, kept: Path | None = None
) -> Ended:
    """Run it with a fault at its n-th change: `kill`, `short`, or the name of an error; 0 is none.
    What would outlast a power cut is written to `kept`."""
    faults = {
        "LD_PRELOAD": str(library),
        "FAULT_BELOW": str(command.home),
        "FAULT_AT": str(at),
        "FAULT_HOW": ERRORS.get(how, how),
    }
    return run_plain(command, faults | ({"FAULT_KEPT": str(kept)} if kept else {}))


def changes(command: Command, library: Path, log: Path) -> list[str]:
    """The names of the calls that change a file, as it makes them."""
    faults = {"LD_PRELOAD": str(library), "FAULT_BELOW": str(command.home), "FAULT_LOG": str(log)}
    ended = run_plain(command, faults)
    if ended.code not in (0, 3):
        raise AssertionError(ended)
    return log.read_text().split()
