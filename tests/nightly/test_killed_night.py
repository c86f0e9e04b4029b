"""Kill -9 in the middle of a night, again and again: the run that lives gives the usual bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from recon.sandbox.faults.catalog import plant
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import CREDENTIALS
from tests.nightly.nights import MONDAY, Home, right_books, run_night
from tests.test_shape import ROOT

pytestmark = pytest.mark.long

# What a night makes appear after its events are archived, in its order.
STEPS = (
    "closings/index.ndjson",
    "breaks/log.ndjson",
    "runs/2026-06-15.json",
)


def test_a_night_killed_again_and_again_ends_as_if_it_never_was(
    faulty: Home, tmp_path: Path
) -> None:
    """Each try is killed one step further than the last; what they left is neither lost nor
    counted twice, and until the end nobody can take it for a finished night."""
    books, _ = plant(right_books(), ["lost_fill", "taf_fee_missing"])
    with Sandbox(books, as_of=MONDAY) as sandbox:
        for step in STEPS:
            words = [sys.executable, "-m", "tests.nightly.killed_night", sandbox.url]
            done = subprocess.run(
                [*words, str(tmp_path), step],
                cwd=ROOT,
                env={**os.environ, **CREDENTIALS},
                capture_output=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == -SIGKILL, f"{step}: {done.stderr.decode()}"
            assert not (tmp_path / "runs" / "2026-06-15.json").exists()
        outcome = run_night(sandbox, tmp_path, MONDAY)
    assert (outcome.result, outcome.breaks) == ("breaks", faulty.outcomes[0].breaks)
    name = "2026-06-15/discrepancies.csv"
    assert contents(tmp_path / "reports")[name] == contents(faulty.path / "reports")[name]
    log = (faulty.path / "breaks" / "log.ndjson").read_bytes()
    first_night = b"".join(line for line in log.splitlines(True) if b'"2026-06-15"' in line)
    assert (tmp_path / "breaks" / "log.ndjson").read_bytes() == first_night
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2026-06-15"]
