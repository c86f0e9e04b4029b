"""One writer: a second run is refused at once, and a killed one holds nobody up."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from recon.errors import ExitCode, LockedError
from recon.nightly.lock import locked
from recon.nightly.night_record import Outcome, read_record
from recon.nightly.run import check_date
from recon.nightly.verify import verify
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


def test_a_run_that_has_just_taken_the_lock_is_named(tmp_path: Path) -> None:
    """Between taking it and writing down who, there is a moment."""
    text = "process 7 on here: recon run"
    with locked(tmp_path):
        (tmp_path / "lock").write_text("")
        writing = threading.Timer(0.2, (tmp_path / "lock").write_text, [text])
        writing.start()
        with pytest.raises(LockedError, match=text), locked(tmp_path):
            pass
        writing.join()


def test_a_record_that_another_run_takes_away_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--again` takes it away before it publishes: whoever was just reading it is told who runs."""
    record = tmp_path / "runs" / f"{MONDAY}.json"
    record.parent.mkdir()
    record.write_text("{}")

    def gone(path: Path) -> Outcome:
        path.unlink()
        return read_record(path)

    monkeypatch.setattr("recon.nightly.run.read_record", gone)
    with Sandbox(right_books(), as_of=MONDAY) as sandbox, locked(tmp_path):
        with pytest.raises(LockedError, match="no other run"):
            run_night(sandbox, tmp_path, MONDAY)
        assert sandbox.requests == ()


def test_verify_names_a_report_that_goes_while_it_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night beside takes a record away; it looks twice, and then it is a finding or none."""
    record = tmp_path / "runs" / f"{MONDAY}.json"
    record.parent.mkdir()
    record.write_text("{}")

    def gone(path: Path) -> Outcome:
        return read_record(path.with_name("gone"))

    monkeypatch.setattr("recon.nightly.verify_files.read_record", gone)
    assert any("is gone" in each.seen for each in verify(tmp_path).findings)
