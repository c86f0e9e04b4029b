"""`recon verify` finds every damage, says what it touches and how to go on, and changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from recon.archive.manifest import read_manifest
from recon.archive.segment import SegmentDamaged
from recon.chain import BREAKS, CLOSINGS, LOGS, MANIFEST, RUNS
from recon.nightly.run import check_date
from recon.nightly.verify import verify
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.chains import as_of_an_older_release
from tests.cli.calling import Called, call_here
from tests.nightly.nights import MONDAY, TUESDAY, Home, right_books, run_night, settings_of
from tests.nightly.test_run import NOBODY, copy_of


@pytest.fixture
def home(faulty: Home, tmp_path: Path) -> Path:
    """Two nights with breaks."""
    return copy_of(faulty, tmp_path)


def called(home: Path, *words: str) -> Called:
    """The command on that home."""
    return call_here(home, "--home", str(home), "verify", *words, env={})


def texts(home: Path, stream: str = "trades") -> Path:
    """The texts of the first segment of a stream."""
    return min((home / "archive" / stream).glob("*.ndjson.zst"))


def flip(path: Path, at: int = -9) -> None:
    """Change one bit."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_sound_home_is_said_to_be_sound_with_counts(home: Path) -> None:
    """Of each kind as many as there are; and nothing is written."""
    before = contents(home)
    done = called(home, "--json")
    assert done.code == 0, done.out
    found = json.loads(done.out)
    segments = sum(len(fetch.segments) for fetch in read_manifest(home / "archive"))
    lines = sum(len((home / log).read_bytes().splitlines()) for log in LOGS)
    assert found["counts"]["files of segments"] == [2 * segments, 2 * segments]
    assert found["counts"]["lines of logs"] == [lines, lines]
    assert found["counts"]["nights published"] == [2, 2]
    assert (found["findings"], found["notes"]) == ([], [])
    assert contents(home) == before


def test_one_night_is_looked_at_alone(home: Path) -> None:
    """Its segments, closings and reports, and all lines of the logs."""
    counts = verify(home, MONDAY).counts
    whole = verify(home).counts
    assert counts["nights published"] == (1, 1)
    assert 0 < counts["files of segments"][1] < whole["files of segments"][1]
    assert counts["lines of logs"] == whole["lines of logs"]


DAMAGES: list[tuple[str, Callable[[Path], Any], str]] = [
    ("texts gone", lambda home: texts(home).unlink(), "nights 2026-06-15 .. 2026-06-16"),
    ("texts changed", lambda home: flip(texts(home)), "trades 2026-06-"),
    ("columns changed", lambda home: flip(min((home / "archive/nta").glob("*.parquet"))), "nta "),
    ("line changed", lambda home: flip(home / MANIFEST, 40), "every night since"),
    ("log changed", lambda home: flip(home / BREAKS, 12), "since when breaks are open"),
    ("closing gone", lambda home: min((home / "closings").glob("*.parquet")).unlink(), "begin"),
    ("run removed", lambda home: lines_of(home / RUNS, slice(1, None)), "what those runs knew"),
    ("index cut", lambda home: lines_of(home / CLOSINGS, slice(0, -2)), "those closings"),
    ("report cut", lambda home: flip(home / f"reports/{MONDAY}/rules.csv"), "published of 2026"),
    ("report gone", lambda home: shutil.rmtree(home / f"reports/{MONDAY}"), "published of 2026"),
    ("record edited", lambda home: flip(home / f"runs/{MONDAY}.json", 30), "published of 2026"),
]


def lines_of(log: Path, kept: slice) -> None:
    """Leave only some of the lines of a log."""
    log.write_bytes(b"".join(log.read_bytes().splitlines(True)[kept]))


@pytest.mark.parametrize(
    ("damage", "touches"), [d[1:] for d in DAMAGES], ids=[d[0] for d in DAMAGES]
)
def test_every_damage_is_found_with_what_it_touches(
    home: Path, damage: Callable[[Path], Any], touches: str
) -> None:
    """Exit 1, one line each, nothing written."""
    damage(home)
    before = contents(home)
    done = called(home)
    assert done.code == 1
    lines = [line for line in done.out.splitlines() if line.startswith("damaged: ")]
    assert lines
    assert any(touches in line for line in lines), done.out
    assert all(" Next: " in line for line in lines)
    assert contents(home) == before


def test_a_night_does_not_use_a_text_that_is_not_what_came(home: Path) -> None:
    """Found by the attack: only `explain` looked. The line says which file, and what next."""
    path = texts(home)
    path.unlink()
    with pytest.raises(SegmentDamaged, match="recon verify") as caught:
        check_date(settings_of(home, NOBODY), TUESDAY)
    assert str(path) in str(caught.value)


def test_the_certificate_says_how_many_texts_were_verified(faulty: Home) -> None:
    """Every one of a home of two days, since both nights use them all."""
    segments = [s for f in read_manifest(faulty.path / "archive") for s in f.segments]
    path = faulty.path / f"reports/{TUESDAY}/certificate.json"
    verified = json.loads(path.read_text())["texts_verified"]
    assert verified["of_segments"] == len(segments)
    assert verified["of_events"] == sum(each.rows for each in segments)
    assert 0 < verified["segments"] <= len(segments)


def test_a_home_of_an_older_release_is_sound_and_says_what_is_not_proven(home: Path) -> None:
    """Its logs have no chain yet."""
    as_of_an_older_release(home)
    done = called(home)
    assert done.code == 0, done.out
    assert sum("of an earlier release" in line for line in done.out.splitlines()) == len(LOGS)


KEY = {"RECON_CHAIN_KEY": "one-key-of-the-vault"}


def test_a_key_signs_what_nobody_else_can_write(clean: Home, tmp_path: Path) -> None:
    """Chains can be made anew by whoever may write to the home; signatures cannot. The key is in
    no file and in no output."""
    home = copy_of(clean, tmp_path)
    words = ("--home", str(home))
    assert call_here(home, *words, "check", "--date", str(MONDAY), env=KEY).code == 0
    assert "2 signatures were not checked" in called(home).out
    done = call_here(home, *words, "verify", env=KEY)
    assert (done.code, "2 of 2 signatures" in done.out) == (0, True)
    assert not any(
        KEY["RECON_CHAIN_KEY"].encode() in content for content in contents(home).values()
    )
    other = call_here(home, *words, "verify", env={"RECON_CHAIN_KEY": "guessed"})
    assert other.code == 1
    assert f"reports/{MONDAY}/certificate.json: a signature by another key" in other.out
    assert "guessed" not in other.out


@pytest.mark.long
def test_it_may_be_asked_beside_a_night(clean: Home, tmp_path: Path) -> None:
    """While a night reads, evaluates and publishes, nothing of it is taken for a damage."""
    home = copy_of(clean, tmp_path)
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox, ThreadPoolExecutor(1) as pool:
        night = pool.submit(run_night, sandbox, home, TUESDAY)
        looks = 0
        while not night.done():
            assert verify(home).findings == []
            looks += 1
        assert night.result().result == "clean"
    assert looks > 5
    assert verify(home).counts["nights published"] == (2, 2)
