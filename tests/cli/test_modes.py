"""Nobody else reads a home, whatever the shell's mask is; who shall, is let in by a setting."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.cli.calling import CREDENTIALS, call_here
from tests.nightly.nights import MONDAY, Home, right_books

RUN = ("run", "--date", str(MONDAY))


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    """The mask that lets everybody do everything; a call sets its own for the process."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(home: Path) -> dict[str, set[int]]:
    """The modes that there are of folders, the home among them, and of files."""
    found: dict[str, set[int]] = {"folders": set(), "files": set()}
    for path in (home, *home.rglob("*")):
        kind = "folders" if path.is_dir() else "files"
        found[kind].add(stat.S_IMODE(path.stat().st_mode))
    return found


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, {"folders": {0o700}, "files": {0o600}}),
        ({"RECON_READERS": "group"}, {"folders": {0o750}, "files": {0o640}}),
    ],
    ids=["owner", "group"],
)
def test_what_a_night_writes_is_closed(
    tmp_path: Path, env: dict[str, str], expected: dict[str, set[int]]
) -> None:
    """Reports, warehouse, archive, logs and all folders, with every bit of the mask unset."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        words = ("--home", "home", "--broker-url", sandbox.url, *RUN)
        assert call_here(tmp_path, *words, env={**CREDENTIALS, **env}).code == 0
    found = modes(tmp_path / "home")
    assert found["folders"] == expected["folders"]
    assert found["files"] <= expected["files"]


def test_a_home_of_an_older_release_is_closed_once_and_says_so(clean: Home, tmp_path: Path) -> None:
    """At its top, behind which nothing can be reached; doctor names what is open below."""
    home = Path(shutil.copytree(clean.path, tmp_path / "home"))
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    called = call_here(tmp_path, "--home", "home", "breaks")
    assert "home was open to others, and is no more: see RECON_READERS" in called.err
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "archive").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "warehouse.duckdb").stat().st_mode) == 0o600
    assert "was open" not in call_here(tmp_path, "--home", "home", "breaks").err
    doctor = call_here(tmp_path, "--home", "home", "doctor", env={})
    assert " modes let others in, the first of home/" in doctor.out
    assert "chmod -R go= home" in doctor.out


def test_a_folder_that_is_no_home_keeps_its_mode(tmp_path: Path) -> None:
    """A wrong --home must not close a folder that others need."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "archive").mkdir()
    call_here(tmp_path, "--home", "shared", "breaks")
    assert stat.S_IMODE(shared.stat().st_mode) == 0o777


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_a_settings_file_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    """Named or not: it says which host is asked."""
    config = tmp_path / "recon.toml"
    config.write_text('broker_url = "https://example.com"\n')
    config.chmod(mode)
    for words in (("breaks",), ("--config", "recon.toml", "breaks")):
        called = call_here(tmp_path, *words)
        assert called.code == 2
        assert f"that nobody else may write; saw mode {mode:04o} (recon.toml)" in called.complaint
        assert "chmod go-w recon.toml" in called.complaint
    config.chmod(0o644)
    assert "no such folder" in call_here(tmp_path, "breaks").complaint


def test_an_unknown_reader_is_refused(tmp_path: Path) -> None:
    """With those that there are."""
    called = call_here(tmp_path, "breaks", env={"RECON_READERS": "everybody"})
    assert called.code == 2
    assert "expected one of owner, group; saw 'everybody' (setting readers)" in called.complaint
