"""Waiting for the broker's two signals: not at all, for a while, and live."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pendulum
import pytest

from recon.archive.manifest import read_manifest
from recon.errors import ExitCode, NotReadyError
from recon.nightly.night_record import Outcome
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from tests.nightly.nights import MONDAY, TUESDAY, right_books, run_night

STREAM = "/v2/events/system"


def until(happened: Callable[[], object], future: Future[Outcome]) -> None:
    """Wait for something that the night in the other thread does; it may not have ended before."""
    deadline = time.monotonic() + 20
    while not happened():
        assert not future.done(), future.result()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_without_a_signal_the_night_is_not_ready(tmp_path: Path) -> None:
    """Without --wait the broker is asked once, and nothing but that is written down."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        with pytest.raises(NotReadyError, match="wait for it with --wait 4h") as caught:
            run_night(sandbox, tmp_path, TUESDAY)
        assert [request.partition("?")[0] for request in sandbox.requests] == [STREAM]
    assert caught.value.exit_code == ExitCode.NOT_READY
    assert "no eod_balances_ready and no eod_positions_ready" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "lock"]


def test_one_signal_is_not_enough(tmp_path: Path) -> None:
    """The message names the one that is missing."""
    first = next(event for event in right_books().system if event.system_date == TUESDAY)
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        sandbox.publish_live("system", first.text)
        with pytest.raises(NotReadyError) as caught:
            run_night(sandbox, tmp_path, TUESDAY)
    (absent,) = {"eod_balances_ready", "eod_positions_ready"} - {str(first.payload["type"])}
    assert f"saw no {absent} (" in str(caught.value)


def test_a_wait_ends_at_its_deadline(tmp_path: Path) -> None:
    """The stream is followed for as long as was asked, and no longer."""
    begun = time.monotonic()
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        with pytest.raises(NotReadyError, match="longer --wait"):
            run_night(sandbox, tmp_path, TUESDAY, now=pendulum.now("UTC"), wait_seconds=1)
        assert len(sandbox.requests) <= 2
    assert 1 <= time.monotonic() - begun < 5


def test_a_date_in_the_future_is_waited_for_too(tmp_path: Path) -> None:
    """The broker may be a day behind, and the caller a day ahead."""
    before = pendulum.datetime(2026, 6, 14)
    with Sandbox(right_books(), as_of=MONDAY) as sandbox, pytest.raises(NotReadyError):
        run_night(sandbox, tmp_path, TUESDAY, now=before)


def test_a_broker_that_ends_the_stream_at_once_is_not_asked_without_pause(tmp_path: Path) -> None:
    """Four hours of waiting must not become a hundred thousand requests and manifest lines."""
    ending = TransportFault("early_end", path=STREAM, times=100_000)
    with Sandbox(right_books(), as_of=MONDAY, transport=(ending,)) as sandbox:
        with pytest.raises(NotReadyError):
            run_night(sandbox, tmp_path, TUESDAY, now=pendulum.now("UTC"), wait_seconds=1)
        assert len(sandbox.requests) <= 4
    assert len(read_manifest(tmp_path / "archive")) <= 4


def test_a_night_that_waits_starts_with_the_second_signal(tmp_path: Path) -> None:
    """One signal, even twice, starts nothing; then the broker is ready, and the night runs."""
    first = next(event for event in right_books().system if event.system_date == TUESDAY)
    with Sandbox(right_books(), as_of=MONDAY) as sandbox, ThreadPoolExecutor(1) as pool:
        night = pool.submit(
            run_night, sandbox, tmp_path, TUESDAY, now=pendulum.now("UTC"), wait_seconds=60
        )  # fmt: skip
        until(lambda: sandbox.requests, night)
        sandbox.publish_live("system", first.text)
        sandbox.publish_live("system", first.text)
        time.sleep(0.1)
        assert len(sandbox.requests) == 1
        assert not night.done()
        sandbox.advance_to(TUESDAY)
        outcome = night.result(timeout=60)
    assert (outcome.result, outcome.system_date) == ("clean", TUESDAY)
    signals = [fetch for fetch in read_manifest(tmp_path / "archive") if fetch.stream == "system"]
    assert [fetch.ended for fetch in signals] == ["stopped"]
