"""One writer: a second run is refused at once, and a killed one holds nobody up."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from recon.errors import ExitCode, LockedError
from recon.nightly.lock import locked
from recon.nightly.run import check_date
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import MONDAY, right_books, run_night, settings_of
from tests.test_shape import ROOT

HOLD = """
import sys
from pathlib import Path
from recon.nightly.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_is_refused_while_another_holds_the_lock(tmp_path: Path) -> None:
    """Whoever holds it, in whatever process; after kill -9 of the holder it is free."""
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with Sandbox(right_books(), as_of=MONDAY) as sandbox:
            with pytest.raises(LockedError, match=str(tmp_path / "lock")) as caught:
                run_night(sandbox, tmp_path, MONDAY)
            assert sandbox.requests == ()
        with pytest.raises(LockedError):
            check_date(settings_of(tmp_path, "http://127.0.0.1:9"), MONDAY)
        holder.kill()
        holder.wait()
    assert caught.value.exit_code == ExitCode.LOCKED
    named = rf"saw process {holder.pid} on \S+: recon {tmp_path}, since 20\d\d-\d\d-\d\dT\S+Z \("
    assert re.search(named, str(caught.value))
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    with locked(tmp_path):
        pass
    assert (tmp_path / "lock").read_text() == ""


def test_a_holder_that_cannot_be_read_is_still_one(tmp_path: Path) -> None:
    """An older release leaves the file empty, and a hostile text stays on its line."""
    for text, seen in (("", "a run that holds"), ("a\nb\x1b[2J", r"a\x0ab\x1b[2J, since ")):
        with locked(tmp_path):
            (tmp_path / "lock").write_text(text)
            with pytest.raises(LockedError) as caught, locked(tmp_path):
                pass
        assert seen in str(caught.value)
        assert str(caught.value).isprintable()
