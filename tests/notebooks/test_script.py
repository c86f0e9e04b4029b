"""The notebook as a plain script, and where there is nothing to show."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recon.sandbox.wire.server import Sandbox
from recon.warehouse.connect import connect
from tests.nightly.nights import MONDAY, TUESDAY, WEDNESDAY, Home, right_books, run_night
from tests.notebooks.reading import NOTEBOOK, Run
from tests.test_shape import ROOT


def as_script(home: Path) -> str:
    """What `python notebooks/after_a_bad_night.py` prints; it must end well, without a trace."""
    environment = {**os.environ, "RECON_HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, NOTEBOOK],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_as_a_script_it_says_what_the_night_found(faulty: Home) -> None:
    """One sentence for the night, one for the worst break. The lost fill breaks its order, the
    chain of positions, both statements and the stock record; the sixth is the fee."""
    said = as_script(faulty.path).splitlines()
    assert said[0].startswith(f"The night of {TUESDAY}: 6 breaks and 2 pending, of ")
    assert len(said) == 2


def test_an_incomplete_night_after_the_one_shown_is_told(clean: Home, tmp_path: Path) -> None:
    """The warehouse stays that of the last complete night: a clean one must not hide the next."""
    home = Path(shutil.copytree(clean.path, tmp_path / "home"))
    with Sandbox(right_books(), as_of=WEDNESDAY) as sandbox:
        assert run_night(sandbox, home, TUESDAY).result == "incomplete"
    said = as_script(home).splitlines()[0]
    assert said.startswith(f"The night of {MONDAY}: 0 breaks ")
    assert f"But the night of {TUESDAY} is INCOMPLETE (eod_positions, eod_cash" in said


def test_as_a_script_without_a_warehouse_it_says_what_to_do(tmp_path: Path) -> None:
    """A newcomer's first try must not end in a stack trace."""
    (said,) = as_script(tmp_path / "home").splitlines()
    assert said.startswith(f"There is no {tmp_path / 'home' / 'warehouse.duckdb'}: ")
    assert "`recon run --date D`" in said


@pytest.mark.parametrize("kind", ["no database", "no tables"])
def test_a_file_that_is_no_warehouse_is_told_in_one_line(
    kind: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be half copied, or another program's."""
    path = tmp_path / "warehouse.duckdb"
    if kind == "no database":
        path.write_text("not a database")
    else:
        connect(path).close()
    run(tmp_path)
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith(f"{path} cannot be read: run `recon check --date D`.")


def test_a_night_without_breaks_says_so(
    run: Run, clean: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other sections still work, for any account."""
    _, names = run(clean.path)
    said = capsys.readouterr().out.splitlines()
    assert ": 0 breaks and 0 pending, of " in said[0]
    assert said[1].startswith("No breaks on this night")
    assert names["timeline"]
    assert names["positions"]


def test_marimo_finds_nothing_to_mend() -> None:
    """Its own check, warnings included."""
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "check", "--strict", NOTEBOOK],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
