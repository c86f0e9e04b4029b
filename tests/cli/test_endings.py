"""Commands that the world ends, by a signal, a full disk, a busy port: one line, the right code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import CREDENTIALS, ENTRY, Called, call, checked
from tests.nightly.nights import MONDAY, TUESDAY, Home, right_books
from tests.test_shape import ROOT
from tests.webhook.receiving import keys_file
from tests.webhook.signing import Signer

# A command of this project's kind whose query DuckDB works on until it is interrupted; with more
# than one thread it looks for an interrupt only now and then.
QUERY = """
import os, signal, sys, threading
import click
from recon.cli import Commands
from recon.signals import end_by_signals
from recon.warehouse.connect import MEMORY, connect

@click.group(cls=Commands)
def main():
    pass

@main.command()
def busy():
    threading.Timer(0.5, os.kill, (os.getpid(), int(sys.argv[1]))).start()
    with connect(MEMORY) as connection:
        connection.execute("set threads = " + sys.argv[2])
        connection.execute("select count(*) from range(1000000000000) where range % 7 = 3")

end_by_signals()
main(["busy"])
"""


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Callable[..., Called]]:
    """Starts a night that waits for a day which is not ready, sends it signals, gives its end."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:

        def ended_by(*signals: signal.Signals, ignoring: bool = False) -> Called:
            ignore = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
            code = (ignore if ignoring else "") + ENTRY
            words = ["--home", "h", "--broker-url", sandbox.url, "run", "--date", str(TUESDAY)]
            asked = len(sandbox.requests)
            with subprocess.Popen(
                [sys.executable, "-c", code, *words, "--wait", "40s"],
                cwd=tmp_path,
                env={**os.environ, **CREDENTIALS, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as night:
                deadline = time.monotonic() + 30
                while len(sandbox.requests) == asked and time.monotonic() < deadline:
                    time.sleep(0.02)
                for number in signals:
                    night.send_signal(number)
                    time.sleep(0.2)
                out, err = night.communicate(timeout=30)
            return checked(Called(night.returncode, out, err))

        yield ended_by


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_a_night_in_one_line(
    waiting: Callable[..., Called], number: signal.Signals, code: int
) -> None:
    """By 128 and its number, as a shell has it; the next run finds the lock free."""
    called = waiting(number)
    assert called.code == code
    assert f"saw {number.name} " in called.complaint
    assert "run the same command again" in called.complaint
    assert waiting(number).code == code


def test_a_hangup_that_is_ignored_stays_ignored(waiting: Callable[..., Called]) -> None:
    """As nohup wants it."""
    called = waiting(signal.SIGHUP, signal.SIGTERM, ignoring=True)
    assert called.code == 143
    assert "saw SIGTERM " in called.complaint


@pytest.mark.parametrize(
    ("number", "threads", "code"), [(signal.SIGINT, 1, 130), (signal.SIGTERM, 2, 143)]
)
def test_a_signal_while_duckdb_works_is_the_same(
    tmp_path: Path, number: signal.Signals, threads: int, code: int
) -> None:
    """The client makes an error of its own of the one, and does not hear of the other."""
    done = subprocess.run(
        [sys.executable, "-c", QUERY, str(int(number)), str(threads)], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    called = checked(Called(done.returncode, done.stdout, done.stderr))
    assert called.code == code
    assert f"saw {number.name} " in called.complaint


@pytest.mark.parametrize("room", [3_000, 300_000])
def test_a_disk_that_is_full_when_duckdb_commits_ends_in_one_line(
    clean: Home, tmp_path: Path, room: int
) -> None:
    """Nothing is published, and with room again the same command gives what it always gave."""
    home = Path(shutil.copytree(clean.path, tmp_path / "home"))
    before = contents(home)
    words = ("--home", str(home), "check", "--date", str(MONDAY))
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room})); "
    called = call(tmp_path, *words, before=limit)
    assert called.code == 1
    assert "expected room on the disk; saw " in called.complaint
    assert "Next: make room" in called.complaint
    after = contents(home)
    assert {name: after[name] for name in before} == before
    assert call(tmp_path, *words).code == 0
    assert contents(home / "reports") == contents(clean.path / "reports")


def test_a_night_looks_for_room_before_it_asks_anything(clean: Home, tmp_path: Path) -> None:
    """Twice the last night's warehouse, and for a first night some; the line says how much."""
    home = Path(shutil.copytree(clean.path, tmp_path / "home"))
    with (home / "warehouse.duckdb").open("r+b") as file:
        file.truncate(100 << 20)
    full = (
        "import shutil; real = shutil.disk_usage;"
        " shutil.disk_usage = lambda path: real(path)._replace(free=20 << 20); "
    )
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        words = ("--broker-url", sandbox.url, "run", "--date", str(TUESDAY))
        for name, needed in (("home", 200), ("new", 64)):
            called = call(tmp_path, "--home", name, *words, before=full)
            assert called.code == 1
            said = f"expected {needed} MiB free for a night; saw 20 MiB ({name}). Next: make room"
            assert said in called.complaint
        assert sandbox.requests == ()
    assert "make room for 1,024 MiB" in call(tmp_path, "--home", "new", "doctor", before=full).out


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """And how to get another."""
    keys = keys_file(tmp_path, Signer())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words in (("sandbox", "serve"), ("webhook", "serve", "--keys", str(keys))):
            called = call(tmp_path, *words, "--port", port)
            assert called.code == 2
            assert "an address that is free to listen on; saw " in called.complaint
            assert f"(127.0.0.1, port {port}). Next: choose another" in called.complaint


def test_a_log_line_says_when_and_of_which_run(tmp_path: Path) -> None:
    """The number is the one by which what was known can be asked for again."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        words = ("--home", "h", "--broker-url", sandbox.url, "run", "--date", str(MONDAY))
        called = call(tmp_path, *words)
    (index,) = (tmp_path / "h" / "runs" / "index.ndjson").read_text().splitlines()
    lines = [json.loads(line) for line in called.err.splitlines()]
    assert {line["run"] for line in lines} == {json.loads(index)["run"]}
    assert {line["system_date"] for line in lines} == {str(MONDAY)}
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert all(line["time"].endswith("Z") for line in lines)
