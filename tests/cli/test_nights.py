"""The commands of a night as the operator calls them: what they print, and their exit codes."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
import pytest

from recon.archive.manifest import read_manifest
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from tests.archive.making import contents
from tests.cli.calling import call, call_here
from tests.nightly.nights import MONDAY, TUESDAY, Home, right_books
from tests.nightly.test_watch import say_ready, silent_books

TRADES = "/v2/events/trades"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A broker that is ready with its first day."""
    with Sandbox(right_books(), as_of=MONDAY) as running:
        yield running


@pytest.fixture
def home(faulty: Home, tmp_path: Path) -> Path:
    """A copy of the home with two nights that found breaks, to write to."""
    return Path(shutil.copytree(faulty.path, tmp_path / "home"))


def test_a_clean_night_exits_0_and_says_so_again_from_its_record(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The second call prints the same bytes and asks the broker nothing."""
    words = ("--home", "home", "--broker-url", sandbox.url, "run", "--date", "2026-06-15")
    first = call(tmp_path, *words)
    assert first.code == 0
    assert first.out.endswith("\nhome/reports/2026-06-15/discrepancies.csv\n")
    assert first.out.startswith("2026-06-15 clean: 0 breaks, 0 pending of ")
    logged = [json.loads(line)["event"] for line in first.err.splitlines()]
    assert {"ready", "replayed", "evaluated"} <= set(logged)
    asked = len(sandbox.requests)
    second = call(tmp_path, *words)
    assert (second.code, second.out) == (0, first.out)
    assert len(sandbox.requests) == asked


def test_breaks_exit_3_and_json_has_every_one_of_them(
    faulty: Home, home: Path, sandbox: Sandbox
) -> None:
    """From the record; the same numbers as in the text for people."""
    words = ("--home", str(home), "--broker-url", sandbox.url, "run", "--date", "2026-06-15")
    text, as_json = call_here(home, *words), call_here(home, *words, "--json")
    assert (text.code, as_json.code) == (3, 3)
    outcome = json.loads(as_json.out)
    count = faulty.outcomes[0].breaks
    assert (outcome["result"], outcome["breaks"], outcome["pending"]) == ("breaks", count, 1)
    assert len(outcome["worst"]) == count + 1
    assert text.out.startswith(f"2026-06-15 breaks: {count} breaks, 1 pending of ")
    assert f"4 of {count} breaks are of account" in text.out
    assert sandbox.requests == ()


def test_not_ready_in_time_exits_5(sandbox: Sandbox, tmp_path: Path) -> None:
    """One second of waiting, as asked; no report and no record."""
    called = call_here(
        tmp_path, "--home", "h", "--broker-url", sandbox.url, "run", "--date", "2026-06-16",
        "--wait", "1s",
    )  # fmt: skip
    assert called.code == 5
    assert "give a longer --wait" in called.complaint
    assert {name.split("/")[1] for name in contents(tmp_path)} == {"archive", "lock"}


def test_a_held_lock_exits_6(sandbox: Sandbox, tmp_path: Path) -> None:
    """At once, without asking the broker."""
    with filelock.FileLock(tmp_path / "lock"):
        called = call_here(
            tmp_path, "--home", ".", "--broker-url", sandbox.url, "run", "--date", "2026-06-15"
        )
    assert called.code == 6
    assert "the lock is freed even if it is killed" in called.complaint
    assert sandbox.requests == ()


REPLAY = ("replay", "--stream", "trades", "--since", "2026-06-15", "--until", "2026-06-17")


def test_a_replay_prints_a_line_for_each_reading(sandbox: Sandbox, tmp_path: Path) -> None:
    """What was asked, how it ended, what came and what was new."""
    words = ("--home", "h", "--broker-url", sandbox.url, *REPLAY)
    called = call_here(tmp_path, *words, "--stream", "nta")
    assert called.code == 0
    trades, nta = called.out.splitlines()
    ready = max(e.published for e in right_books().system if e.system_date == MONDAY)
    events = [event for event in right_books().trades if event.published <= ready]
    assert trades == (
        "stream=trades since=2026-06-15T00:00:00Z until=2026-06-17T00:00:00Z ended=complete"
        f" received={len(events)} new={len(events)} duplicates=0"
    )
    assert nta.startswith("stream=nta ")
    again = json.loads(call_here(tmp_path, *words, "--json").out)
    assert (again["new"], again["duplicates"]) == (0, len(events))


@pytest.mark.parametrize(
    ("faults", "ended"),
    [
        ((TransportFault("slow", path=TRADES, times=7),), "lossy"),
        (
            (
                TransportFault("slow", path=TRADES, times=1),
                TransportFault("server_error", path=TRADES, times=2),
            ),
            "server_error",
        ),
    ],
    ids=["all of it", "only its first half"],
)
def test_a_replay_that_does_not_prove_its_whole_window_exits_4(
    tmp_path: Path, faults: tuple[TransportFault, ...], ended: str
) -> None:
    """In the second case the last reading is complete, but it is one of the second half."""
    with Sandbox(right_books(), as_of=MONDAY, transport=faults) as sandbox:
        called = call_here(tmp_path, "--home", "h", "--broker-url", sandbox.url, *REPLAY)
    assert called.code == 4
    assert f"saw trades: a reading ended {ended} " in called.complaint
    assert "Next: run the same command again" in called.complaint


def test_watch_runs_a_night_when_the_broker_is_ready(tmp_path: Path) -> None:
    """It is listening before the broker says so."""

    def announce(sandbox: Sandbox) -> None:
        deadline = time.monotonic() + 20
        while not sandbox.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        say_ready(sandbox, MONDAY)

    with Sandbox(silent_books(), as_of=MONDAY) as sandbox:
        announcing = threading.Thread(target=announce, args=(sandbox,))
        announcing.start()
        words = ("--home", "h", "--broker-url", sandbox.url, "watch", "--nights", "1")
        called = call(tmp_path, *words)
        announcing.join()
    assert called.code == 0
    assert called.out.startswith("2026-06-15 clean: ")


def test_breaks_are_listed_and_spoken_of(faulty: Home, home: Path) -> None:
    """Who works one, and why it is there; what is said harms no terminal."""
    listed = call_here(home, "--home", ".", "breaks", "--json")
    head, *rows = [json.loads(line) for line in listed.out.splitlines()]
    night = faulty.outcomes[1]
    assert (listed.code, len(rows)) == (0, night.breaks + night.pending)
    assert (head["system_date"], head["input_complete"], head["open"]) == (
        "2026-06-16", True, night.breaks,
    )  # fmt: skip
    chosen = rows[0]["break_id"]
    said = ("--owner", "ann", "--reason-code", "timing", "--comment", "asked\x1b[2J\nthem")
    assert call_here(home, "--home", ".", "breaks", "--say", chosen, *said).code == 0
    shown = call_here(home, "--home", ".", "breaks").out
    (line,) = [line for line in shown.splitlines() if line.startswith(chosen)]
    assert "ann" in line
    assert "\x1b" not in shown
    line, heading, *listed_rows = shown.splitlines()
    assert line.startswith(f"2026-06-16, input complete: {night.breaks} open (")
    assert heading.split()[:4] == ["break_id", "state", "severity", "first_seen"]
    assert len(listed_rows) == len(rows)
    assert all(text == text.rstrip() for text in shown.splitlines())


def test_a_break_is_explained(home: Path) -> None:
    """For people, and as JSON."""
    listed = call_here(home, "--home", ".", "breaks", "--json").out
    rows = [json.loads(line) for line in listed.splitlines()[1:]]
    wanted = next(row for row in rows if row["rule"] == "trades/position_not_continuous")
    text = call_here(home, "--home", ".", "explain", wanted["break_id"])
    told = json.loads(call_here(home, "--home", ".", "explain", wanted["break_id"], "--json").out)
    assert text.code == 0
    assert text.out.startswith(told["sentence"])
    assert "sql/rules/trades/position_not_continuous.sql" in text.out
    assert all(raw in text.out for raw in told["raw"].values())
    assert "\\x0a" not in text.out


def test_rules_are_listed_with_their_reason(tmp_path: Path) -> None:
    """One line a rule for a pipe, everything as JSON."""
    rows = json.loads(call_here(tmp_path, "rules", "--json", env={}).out)
    lines = call_here(tmp_path, "rules", env={}).out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [row["rule"] for row in rows]
    assert all(row["why"] and row["title"] for row in rows)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("archive/manifest.ndjson", ("check", "--date", "2026-06-16")),
        ("breaks/log.ndjson", ("breaks",)),
        ("runs/2026-06-16.json", ("run", "--date", "2026-06-16")),
    ],
)
def test_a_damaged_file_is_named_in_one_line(home: Path, name: str, words: tuple[str, ...]) -> None:
    """Exit 1, and what to restore; nothing else is touched."""
    content = (home / name).read_bytes()
    (home / name).write_bytes(b"{damaged\n" + content)
    before = contents(home)
    called = call_here(home, "--home", str(home), *words)
    assert called.code == 1
    assert name.rpartition("/")[2] in called.complaint
    assert contents(home) == before


def test_a_flipped_bit_in_a_segment_stops_the_check(home: Path) -> None:
    """A wrong number in the archive must not become a report."""
    fetch = next(each for each in read_manifest(home / "archive") if each.stream == "trades")
    path = home / "archive" / "trades" / f"{fetch.segments[0].name}.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    before = contents(home / "reports")
    called = call_here(home, "--home", ".", "check", "--date", str(TUESDAY))
    assert called.code == 1
    assert path.name in called.complaint
    assert contents(home / "reports") == before


def test_a_disk_that_takes_no_more_ends_in_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """As the operating system says it of a file that grows beyond a limit: no half segment has a
    final name, and no line of the manifest was written."""
    called = call(
        tmp_path, "--home", ".", "--broker-url", sandbox.url, *REPLAY,
        before="import resource, sys; sys.dont_write_bytecode = True; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)); ",
    )  # fmt: skip
    assert called.code == 1
    assert called.complaint
    assert read_manifest(tmp_path / "archive") == []
    assert not list((tmp_path / "archive").glob("*/[!.]*"))
