"""What nobody foresaw ends in one line too, and the traceback lies where the line says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.calling import call, call_here
from tests.nightly.nights import MONDAY, Home

BREAKS = "import recon.nightly.standing as s; s.read_standing = lambda home: {}['great']; "


def kept(complaint: str) -> Path:
    """The file that the line names."""
    (name,) = re.findall(r"report (\S+last-failure\.txt)$", complaint)
    return Path(name)


def test_a_failure_of_our_own_is_one_line_and_a_file(clean: Home, tmp_path: Path) -> None:
    """In the home, readable by its user alone; with no home, among the temporary files."""
    shutil.copytree(clean.path, tmp_path / "home")
    called = call(tmp_path, "--home", "home", "breaks", before=BREAKS)
    assert called.code == 1
    assert "expected no failure of the program itself; saw KeyError: 'great' (" in called.complaint
    file = tmp_path / kept(called.complaint)
    assert file == tmp_path / "home" / "last-failure.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Traceback" in file.read_text()
    assert " breaks\n" in file.read_text()
    without = call(tmp_path, "--home", "absent", "breaks", before=BREAKS)
    assert without.code == 1
    assert "Traceback" in kept(without.complaint).read_text()
    assert not (tmp_path / "absent").exists()


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    """What changes a value in a file of the home."""

    def change(home: Path) -> None:
        text = (home / name).read_text()
        assert re.search(old, text), name
        (home / name).write_text(re.sub(old, new, text, count=1))

    return change


def as_text(name: str, key: str) -> Callable[[Path], None]:
    """What makes a text of a number."""
    return replaced(name, rf'"{key}": (\d+)', rf'"{key}": "\1"')


DAMAGES = {
    "result of a record": (replaced(f"runs/{MONDAY}.json", '"clean"', '"great"'), "run"),
    "fetch as a text": (as_text("archive/manifest.ndjson", "fetch"), "check"),
    "revision as a text": (as_text("breaks/log.ndjson", "revision"), "check"),
    "run as a text": (as_text("runs/index.ndjson", "run"), "check"),
    "no run": (replaced("runs/index.ndjson", r"\{.*\}", "{}"), "check"),
    "no closing": (replaced("closings/index.ndjson", r"\{.*\}", "{}"), "check"),
    "a list": (replaced("runs/index.ndjson", r"\{.*\}", "[]"), "check"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_line_is_one_line(clean: Home, tmp_path: Path, name: str) -> None:
    """Whichever command meets it: it is refused or made again, never clean by mistake."""
    home = Path(shutil.copytree(clean.path, tmp_path / "home"))
    damage, command = DAMAGES[name]
    damage(home)
    for each in (("breaks",), (command, "--date", str(MONDAY))):
        called = call_here(tmp_path, "--home", "home", "--broker-url", "http://127.0.0.1:9", *each)
        assert called.code == 0 or called.complaint
