"""Kill -9 in the middle of a replay: the same command again gives what it would have given."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pyarrow.parquet as pq
import pytest

import recon.archive.intake
from recon.archive.coverage import is_covered
from recon.archive.manifest import NAME, read_manifest, sweep
from recon.archive.segment import read_texts
from recon.feeds.streams import TRADES
from recon.sandbox.wire.server import Sandbox
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.archive.conftest import DAY, books
from tests.archive.killed_replay import ROWS, replay_two_days
from tests.archive.making import contents, texts_of, window
from tests.test_shape import ROOT

BOTH_DAYS = window("2026-06-15T04:00:00Z", "2026-06-17T04:00:00Z")
KILLED = -SIGKILL


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The broker that every process reads."""
    with Sandbox(books(), as_of=DAY) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def small_segments() -> Iterator[None]:
    """Several segments a fetch here too, so that bytes can be compared with those of a child."""
    usual = recon.archive.intake.ROWS_PER_SEGMENT
    recon.archive.intake.ROWS_PER_SEGMENT = ROWS
    yield
    recon.archive.intake.ROWS_PER_SEGMENT = usual


@pytest.fixture(scope="module")
def never_killed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose replay ran to its end."""
    archive = tmp_path_factory.mktemp("whole") / "archive"
    replay_two_days(sandbox.url, archive)
    return archive


def start(sandbox: Sandbox, archive: Path, number: int) -> subprocess.Popen[str]:
    """A replay in a process of its own, which is killed before its n-th file change."""
    words = ["-m", "tests.archive.killed_replay", sandbox.url, str(archive), str(number)]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def replay(sandbox: Sandbox, archive: Path, number: int) -> int:
    """Run it to its end, or to its death; gives the exit code."""
    with start(sandbox, archive, number) as process:
        process.communicate(timeout=60)
    return process.returncode


def assert_nothing_broken(archive: Path) -> None:
    """Whatever stands under a final name can be read to its end."""
    for path in archive.glob("trades/[!.]*.parquet"):
        assert pq.read_table(path).num_rows > 0
    for fetch in read_manifest(archive):
        for segment in fetch.segments:
            assert len(list(read_texts(archive / "trades", segment))) == segment.rows


def run_again(sandbox: Sandbox, archive: Path) -> None:
    """What the same command does: clear what the killed run left, and replay."""
    sweep(archive, read_manifest(archive))
    replay_two_days(sandbox.url, archive)


def test_a_kill_before_any_file_change_loses_and_doubles_nothing(
    sandbox: Sandbox, never_killed: Path, tmp_path: Path
) -> None:
    """One process for each change that a replay makes, until one lives: after a second run the
    segments have the same bytes as if the first had never been."""

    def killed(number: int) -> bool:
        archive = tmp_path / str(number)
        code = replay(sandbox, archive, number)
        assert code in (KILLED, 0), f"killed before change {number}"
        assert_nothing_broken(archive)
        if code == KILLED:
            run_again(sandbox, archive)
        assert contents(archive / "trades") == contents(never_killed / "trades"), number
        assert is_covered(read_manifest(archive), "trades", BOTH_DAYS)
        return code == KILLED

    with ThreadPoolExecutor(2) as pool:
        deaths = list(pool.map(killed, range(1, 17)))
    assert sum(deaths) == deaths.index(False), "every change up to the last was tried"
    assert sum(deaths) > 10, "two segments of two files each, and the manifest"


def test_a_kill_at_a_random_moment_leaves_the_same_warehouse(
    sandbox: Sandbox, never_killed: Path, tmp_path: Path
) -> None:
    """The kill comes from outside, at no moment that the code knows of."""
    expected = tables(never_killed)
    seed = time.time_ns()
    chance = random.Random(seed)  # noqa: S311 -- a moment, not a secret
    for number in range(4):
        archive = tmp_path / str(number)
        with start(sandbox, archive, 0) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0, 0.15))
            process.kill()
        assert_nothing_broken(archive)
        run_again(sandbox, archive)
        assert tables(archive) == expected, f"seed {seed}, kill {number}"


def test_the_never_killed_replay_is_what_the_broker_published(never_killed: Path) -> None:
    """The yardstick of the other tests is itself right, and has more than one segment."""
    begun, until = "2026-06-15T04", "2026-06-17T04"
    events = [event for event in books().trades if event.system_date <= DAY]
    wanted = [event.text for event in events if begun <= str(event.payload["at"]) < until]
    assert texts_of(never_killed, TRADES) == wanted
    lines = (never_killed / NAME).read_text().splitlines()
    assert [len(json.loads(line)["segments"]) for line in lines] == [2]


def tables(archive: Path) -> list[list[tuple[Any, ...]]]:
    """The canonical tables, without the number of the fetch that brought a row."""
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        return [
            connection.sql(sql).pl().rows()
            for sql in (
                "from events.archived_messages select identity, payload_hash, event_at order by 1",
                "select * exclude (receipt_order) from events.executions order by all",
                "select * exclude (receipt_order) from events.order_events order by all",
            )
        ]
