"""Two undisturbed homes are the same to the byte: nothing depends on who answers first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.making import contents
from tests.test_shape import ROOT

NOT_BYTES = ("warehouse.duckdb", "lock")  # the cache is compared by its contents elsewhere


def night(place: Path, hash_seed: int, calls_at_once: int) -> dict[str, bytes]:
    """Every file of a home after two nights, by its path; the name of the home is always one."""
    place.mkdir()
    words = [sys.executable, "-m", "tests.nightly.seeded_night", "home", str(calls_at_once)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(hash_seed)}
    subprocess.run(words, cwd=place, env=environment, check=True, timeout=300)
    found = contents(place / "home")
    return {name: content for name, content in found.items() if name not in NOT_BYTES}


@pytest.mark.long
def test_hash_seed_and_calls_at_once_leave_no_trace(tmp_path: Path) -> None:
    """Archive, manifest, closings, break log, runs, reports and certificates, two nights long."""
    one, other = night(tmp_path / "one", 1, 1), night(tmp_path / "other", 2, 8)
    assert "reports/2026-06-16/certificate.json" in one
    assert one.keys() == other.keys()
    assert [name for name, content in one.items() if other[name] != content] == []
