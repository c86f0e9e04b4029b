"""A damage that no backup heals is acknowledged in the logs, and named from then on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.archive.manifest import read_manifest
from recon.chain import BREAKS, CLOSINGS, MANIFEST, RUNS
from recon.nightly.run import check_date
from recon.sandbox.wire.server import Sandbox
from tests.cli.calling import call_here
from tests.nightly.nights import MONDAY, TUESDAY, Home, right_books, run_night, settings_of
from tests.nightly.test_run import NOBODY, copy_of
from tests.nightly.test_verify import called, flip, home, texts

pytestmark = pytest.mark.long

__all__ = ["home"]  # the fixture


def test_lost_texts_are_acknowledged_and_named_from_then_on(home: Path) -> None:
    """The columns stay in the books, the certificate says who said what of which file."""
    texts(home).unlink()
    done = called(home, "--acknowledge", "the disk of 12 May")
    assert done.code == 0, done.out
    assert check_date(settings_of(home, NOBODY), TUESDAY).result == "breaks"
    certificate = json.loads((home / f"reports/{TUESDAY}/certificate.json").read_text())
    (acknowledged,) = certificate["acknowledged"]
    assert acknowledged["acknowledged"] == "the disk of 12 May"
    assert acknowledged["found"] == [f"segment trades/{texts_name(home)}"]
    assert called(home).code == 0


def texts_name(home: Path) -> str:
    """The name of the file of texts that the first fetch of trades brought."""
    first = next(f for f in read_manifest(home / "archive") if f.stream == "trades" and f.segments)
    return f"{first.segments[0].name}.ndjson.zst"


def test_lost_columns_are_read_again_once_acknowledged(clean: Home, tmp_path: Path) -> None:
    """No earlier reading proves the window any more: the archive alone gives no certificate, and
    the night asks the broker for it."""
    home = copy_of(clean, tmp_path)
    path = min((home / "archive" / "trades").glob("*.parquet"))
    path.unlink()
    assert called(home, "--acknowledge", "the disk of 12 May").code == 0
    assert check_date(settings_of(home, NOBODY), MONDAY).result == "incomplete"
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        outcome = run_night(sandbox, home, MONDAY)
    assert (outcome.result, outcome.checked) == ("clean", clean.outcomes[0].checked)
    assert called(home).code == 0


@pytest.mark.parametrize("log", [BREAKS, RUNS, CLOSINGS])
def test_a_damaged_log_goes_on_once_acknowledged(home: Path, log: str) -> None:
    """What can be read counts as it is; a change after that is found again."""
    lines = (home / log).read_bytes().splitlines(True)
    (home / log).write_bytes(b"".join([lines[0][:-9] + b"00000" + lines[0][-4:], *lines[1:]]))
    assert called(home).code == 1
    assert called(home, "--acknowledge", "a backup of May").code == 0
    assert check_date(settings_of(home, NOBODY), TUESDAY).result == "breaks"
    assert called(home).code == 0
    flip(home / log, -9)
    assert called(home).code == 1


def test_a_damaged_manifest_proves_nothing_once_acknowledged(clean: Home, tmp_path: Path) -> None:
    """A line that was changed may have had what a later reading counted as a duplicate: all is
    asked for again, and then the night is what it was."""
    home = copy_of(clean, tmp_path)
    lines = (home / MANIFEST).read_bytes().splitlines(True)
    at = next(n for n, line in enumerate(lines) if b'"stream": "trades"' in line)
    (home / MANIFEST).write_bytes(b"".join([*lines[:at], b"garbage\n", *lines[at + 1 :]]))
    assert called(home, "--acknowledge", "a backup of May").code == 0
    assert check_date(settings_of(home, NOBODY), MONDAY).result == "incomplete"
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        outcome = run_night(sandbox, home, MONDAY)
    assert outcome.result == "clean"
    for name in ("positions_proof.csv", "cash_proof.csv", "trial_balance.csv"):
        report = f"reports/{MONDAY}/{name}"
        assert (home / report).read_bytes() == (clean.path / report).read_bytes()
    assert any((home / "archive" / "quarantine").glob("*/trades/*"))
    assert called(home).code == 0


def test_closings_that_were_moved_away_are_made_again(home: Path) -> None:
    """As the line of a damaged closing says."""
    (home / "closings").rename(home / "away")
    assert called(home).code == 1
    assert called(home, "--acknowledge", "moved away").code == 0
    assert check_date(settings_of(home, NOBODY), TUESDAY).result == "breaks"
    assert called(home).code == 0


def test_an_acknowledgement_needs_words_and_a_home(home: Path, tmp_path: Path) -> None:
    """Exit 2."""
    assert called(home, "--acknowledge", " ").code == 2
    words = ("--home", str(tmp_path / "nowhere"), "verify")
    assert call_here(tmp_path, *words, env={}).code == 2
