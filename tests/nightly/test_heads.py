"""A log whose end was cut off, or that is older than the others, stops a night before it begins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.chain import BREAKS, CLOSINGS, LOGS, MANIFEST, RUNS
from recon.feeds.streams import UPVEST
from recon.nightly.heads import LogCut
from recon.nightly.run import check_date
from tests.archive.making import contents
from tests.chains import as_of_an_older_release
from tests.cli.calling import call_here
from tests.nightly.nights import TUESDAY, Home, settings_of
from tests.nightly.test_run import NOBODY, copy_of
from tests.webhook.events import account


def cut(log: Path, lines: int) -> None:
    """Leave out the last lines of a log: what is left is sound by itself."""
    kept = log.read_bytes().splitlines(True)[:-lines]
    log.write_bytes(b"".join(kept))


@pytest.mark.parametrize(
    ("log", "lines"),
    [(MANIFEST, 1), (MANIFEST, 2), (BREAKS, 1), (CLOSINGS, 1), (CLOSINGS, 9), (RUNS, 1), (RUNS, 2)],
)
def test_a_log_that_lost_its_end_is_found(
    faulty: Home, tmp_path: Path, log: str, lines: int
) -> None:
    """By the head that another log names. Nothing is moved, written or deleted."""
    home = copy_of(faulty, tmp_path)
    cut(home / log, lines)
    before = contents(home)
    with pytest.raises(LogCut, match=r"lines or more|run 2, as runs/") as caught:
        check_date(settings_of(home, NOBODY), TUESDAY)
    assert str(home / log) in str(caught.value)
    after = contents(home)
    assert {name: after[name] for name in before} == before


@pytest.mark.long
@pytest.mark.parametrize("log", LOGS)
def test_a_log_that_is_gone_is_found(faulty: Home, tmp_path: Path, log: str) -> None:
    """A home without one of its logs is not a home that begins."""
    home = copy_of(faulty, tmp_path)
    (home / log).unlink()
    called = call_here(home, "--home", str(home), "check", "--date", str(TUESDAY), env={})
    assert called.code == 1
    assert log in called.complaint


def test_each_line_and_certificate_names_the_heads_of_others(faulty: Home) -> None:
    """The manifest that of the run index, closings that of the manifest, a run those of the other
    three, a certificate all four."""
    home = faulty.path
    last = {log: json.loads((home / log).read_bytes().splitlines()[-1]) for log in LOGS}
    assert last[MANIFEST]["heads"].keys() == {RUNS}
    assert last[CLOSINGS]["heads"].keys() == {MANIFEST}
    assert last[RUNS]["heads"].keys() == {MANIFEST, BREAKS, CLOSINGS}
    for log in (MANIFEST, BREAKS, CLOSINGS):
        count = len((home / log).read_bytes().splitlines())
        assert last[RUNS]["heads"][log] == f"{count} {last[log]['chain']}"
    certificate = json.loads((home / f"reports/{TUESDAY}/certificate.json").read_bytes())
    assert certificate["heads"].keys() == {*LOGS}
    assert certificate["heads"][MANIFEST] == last[RUNS]["heads"][MANIFEST]
    assert certificate["heads"][RUNS] == last[MANIFEST]["heads"][RUNS]


def test_a_home_of_an_older_release_goes_on(faulty: Home, tmp_path: Path) -> None:
    """Its logs have no chain; what is added seals them, and from then on they are held to it."""
    home = copy_of(faulty, tmp_path)
    as_of_an_older_release(home)
    settings = settings_of(home, NOBODY)
    assert check_date(settings, TUESDAY).breaks == faulty.outcomes[1].breaks
    lines = (home / RUNS).read_bytes().splitlines(True)
    assert [b'"chain"' in line for line in lines] == [False, False, True]
    (home / RUNS).write_bytes(b"".join(lines[:1] + lines[2:]))
    with pytest.raises(Exception, match=r"runs/index\.ndjson, line 2"):
        check_date(settings, TUESDAY)


def test_a_manifest_that_lost_its_last_byte_loses_no_delivered_event(
    faulty: Home, tmp_path: Path
) -> None:
    """The newline: the line before it is whole, so its segments are neither left out nor moved."""
    home = copy_of(faulty, tmp_path)
    file = tmp_path / "delivered.ndjson"
    file.write_text(account(1) + "\n")
    words = ("--home", str(home), "ingest", "--stream", UPVEST.name, str(file))
    assert call_here(home, *words, env={}).code == 0
    before = contents(home / "archive")
    (home / MANIFEST).write_bytes((home / MANIFEST).read_bytes()[:-1])
    check_date(settings_of(home, NOBODY), TUESDAY)
    after = contents(home / "archive")
    assert {n: c for n, c in after.items() if UPVEST.name in n} == {
        n: c for n, c in before.items() if UPVEST.name in n
    }
    certificate = json.loads((home / f"reports/{TUESDAY}/certificate.json").read_bytes())
    assert certificate["read"][UPVEST.name]["events"] == 1
