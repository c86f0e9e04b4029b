"""Ready signals that cannot be right are reported, not followed, and the real ones asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pendulum
import pytest

from recon.errors import NotReadyError
from recon.nightly.night_record import Outcome
from recon.nightly.ready import signals_of
from recon.sandbox.books.model import Event
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import MONDAY, right_books, run_night

RULE = "streams/ready_signal_differs"
SIGNALS = [event for event in right_books().system if event.system_date == MONDAY]
REAL = "2026-06-16T05:4"
IMPLAUSIBLE = {
    "another year": "2020-06-16T05:41:00Z",
    "noon": "2026-06-15T16:00:00Z",
    "after it was asked for": "2098-01-01T00:00:00Z",
    "the edge of the type": "2262-04-11T23:47:16Z",
    "before the type": "0001-01-01T00:00:00Z",
}


def signal(number: int, at: str, like: Event) -> Event:
    """One more signal of the same kind and date, published just before the real one, and sent
    within every window although it names another instant."""
    event_id = f"{like.event_id[:-2]}{number:02d}"
    raw = json.dumps(json.loads(like.text) | {"at": at, "event_id": event_id})
    return replace(like, event_id=event_id, raw=raw)


def run(home: Path, more: list[Event], *, real: bool = True) -> Outcome:
    """Monday's night with more signals, before the real ones."""
    books = right_books()
    kept = books.system if real else tuple(e for e in books.system if e.system_date != MONDAY)
    books = replace(books, system=(*more, *kept))
    with Sandbox(books, as_of=MONDAY) as sandbox:
        return run_night(sandbox, home, MONDAY)


def bounds(home: Path) -> list[str]:
    """The stretches of the streams that the night rests on."""
    certificate = home / "reports" / str(MONDAY) / "certificate.json"
    return [need["window"] for need in json.loads(certificate.read_bytes())["needed"]]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a night with the real signals only."""
    home = tmp_path_factory.mktemp("right")
    assert run(home, []).result == "clean"
    return home


def test_implausible_signals_are_reported_and_bound_nothing(tmp_path: Path, right: Path) -> None:
    """Of another year, before the session's end, after the reading, at the edges of the type."""
    more = [
        signal(number, at, like)
        for number, at in enumerate(IMPLAUSIBLE.values())
        for like in SIGNALS
    ]
    outcome = run(tmp_path, more)
    reported = {row["subject"].split(" ")[-1] for row in outcome.worst if row["rule"] == RULE}
    unread = [row for row in outcome.worst if row["rule"] == "streams/event_malformed"]
    assert outcome.result == "breaks"
    assert reported == {event.event_id for event in more[:6]}
    assert len(unread) == len(more[6:])
    assert outcome.signals_not_followed == 6
    assert bounds(tmp_path) == bounds(right)


def test_a_second_signal_is_reported_and_the_first_is_followed(tmp_path: Path, right: Path) -> None:
    """What a later one means, people have to ask."""
    [like] = [event for event in SIGNALS if "positions" in event.text]
    outcome = run(tmp_path, [signal(1, "2026-06-16T09:00:00Z", like)])
    assert [row["rule"] for row in outcome.worst] == [RULE]
    assert outcome.signals_not_followed == 1
    assert bounds(tmp_path) == bounds(right)


def test_with_implausible_signals_alone_the_broker_is_asked_again(tmp_path: Path) -> None:
    """The night is not ready; once the real signals come, the same command runs it."""
    more = [signal(1, IMPLAUSIBLE["noon"], like) for like in SIGNALS]
    with pytest.raises(NotReadyError) as caught:
        run(tmp_path, more, real=False)
    # The session of 15 June ends at 20:00 UTC.
    for kind in ("eod_balances_ready", "eod_positions_ready"):
        seen = (
            f"{kind} at {IMPLAUSIBLE['noon']}, which is not from 2026-06-15T20:00:00Z to 2026-06-"
        )
        assert seen in str(caught.value)
    assert "ask the broker" in str(caught.value)
    outcome = run(tmp_path, more)
    assert (outcome.result, outcome.signals_not_followed) == ("breaks", 2)


def test_signals_as_they_come_are_held_to_the_same_bounds() -> None:
    """Those that a run or a watch follows on the live stream."""
    texts = [signal(1, at, like).text for at in IMPLAUSIBLE.values() for like in SIGNALS]
    until = pendulum.datetime(2026, 6, 17)
    assert list(signals_of([*texts, "{", "[1]"], until)) == []
    assert len(list(signals_of([event.text for event in SIGNALS], until))) == 2
