"""A home is copied under its lock and restored whole; a mixture of two ages is refused."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from recon.chain import CLOSINGS, LOGS, MANIFEST, RUNS
from recon.nightly.heads import LogCut
from recon.nightly.run import check_date
from recon.nightly.verify import verify
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import call_here
from tests.nightly.nights import (
    MONDAY,
    TUESDAY,
    Home,
    right_books,
    run_night,
    settings_of,
)
from tests.nightly.test_run import NOBODY, copy_of

pytestmark = pytest.mark.long


@pytest.fixture
def two_ages(clean: Home, tmp_path: Path) -> tuple[Path, Path]:
    """A backup of Monday, and the home after Tuesday."""
    home, backup = copy_of(clean, tmp_path), tmp_path / "backup"
    shutil.copytree(home, backup)
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        assert run_night(sandbox, home, TUESDAY).result == "clean"
    return backup, home


def csvs(home: Path) -> dict[str, bytes]:
    """Every report but the certificate, which says what was read when."""
    found = contents(home / "reports")
    return {name: content for name, content in found.items() if name.endswith(".csv")}


def test_the_lock_of_a_backup_keeps_a_night_out(clean: Home, tmp_path: Path) -> None:
    """`flock` of the shell takes the same lock as a run."""
    home = copy_of(clean, tmp_path)
    with (home / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        called = call_here(home, "--home", str(home), "check", "--date", str(MONDAY), env={})
    assert called.code == 6


def test_a_restored_home_runs_the_nights_since(two_ages: tuple[Path, Path], tmp_path: Path) -> None:
    """Elsewhere than it was, with the same reports as the home that was lost."""
    backup, lost = two_ages
    restored = tmp_path / "restored"
    shutil.copytree(backup, restored)
    (restored / "warehouse.duckdb").unlink()
    assert verify(restored).findings == []
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        assert run_night(sandbox, restored, TUESDAY).result == "clean"
    assert csvs(restored) == csvs(lost)
    assert verify(restored).findings == []


@pytest.mark.parametrize("older", [MANIFEST, CLOSINGS, RUNS])
def test_one_older_file_in_a_newer_home_is_refused(two_ages: tuple[Path, Path], older: str) -> None:
    """Nothing of the archive is moved or deleted for it."""
    backup, home = two_ages
    kept = sorted((home / "archive").rglob("*.parquet"))
    shutil.copy(backup / older, home / older)
    with pytest.raises(LogCut, match="one backup"):
        check_date(settings_of(home, NOBODY), TUESDAY)
    assert verify(home).findings
    assert sorted((home / "archive").rglob("*.parquet")) == kept


def test_every_log_is_named_in_the_documents() -> None:
    """What is to be backed up is what there is."""
    text = (Path(__file__).parents[2] / "recon" / "OPERATING.md").read_text("utf-8")
    assert all(f"`{log}`" in text for log in LOGS)
