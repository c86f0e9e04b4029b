"""Whole nights against a broker that takes the windows of version 1 as dates only."""

from __future__ import annotations

import json
from pathlib import Path

import pendulum
import pytest

from recon.archive.manifest import read_manifest
from recon.feeds.broker import Broker
from recon.feeds.streams import NTA
from recon.nightly.night_record import Outcome
from recon.nightly.progress import Progress
from recon.nightly.run import run_date
from recon.sandbox.wire.server import Sandbox
from tests.archive.dated import Dated, dated
from tests.archive.making import texts_of
from tests.nightly.nights import MONDAY, SHORT, TUESDAY, right_books, settings_of

MORNINGS = {
    MONDAY: pendulum.datetime(2026, 6, 16, 5, 45),
    TUESDAY: pendulum.datetime(2026, 6, 17, 5, 45),
}
CUT = pytest.param("cut", marks=pytest.mark.long)


def run_nights(home: Path, broker: Dated, sandbox: Sandbox) -> tuple[list[Outcome], list[str]]:
    """Two nights, each a few minutes after the broker is ready, and what they noted."""
    noted: list[str] = []

    def note(what: str, **fields: object) -> None:
        noted.append(f"{what} {fields.get('stream', '')} {fields.get('why', '')}".strip())

    outcomes = []
    with Broker(broker.url, sandbox.key, sandbox.secret, SHORT) as connected:
        for day, now in MORNINGS.items():
            sandbox.advance_to(day)
            outcomes.append(
                run_date(
                    connected, settings_of(home, broker.url), day, now,
                    wait_seconds=0, again=False, progress=Progress(note),
                )
            )  # fmt: skip
    return outcomes, noted


@pytest.mark.long
@pytest.mark.parametrize("instants", ["refuse", CUT])
def test_nights_of_right_books_are_clean(tmp_path: Path, instants: str) -> None:
    """All that happened after midnight in UTC is there, and the certificate says no more than what
    was asked."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        with dated(sandbox, instants, path="/v1/") as broker:
            outcomes, _ = run_nights(tmp_path, broker, sandbox)
        signalled = max(e.published for e in right_books().system if e.system_date == TUESDAY)
    assert [outcome.result for outcome in outcomes] == ["clean", "clean"]
    archive = tmp_path / "archive"
    expected = {e.text for e in right_books().activities if e.published <= signalled}
    assert set(texts_of(archive, NTA)) == expected


@pytest.mark.parametrize("instants", ["refuse", CUT])
def test_without_the_cursor_nothing_is_certified(tmp_path: Path, instants: str) -> None:
    """The day is proven up to a midnight only: exit 4, and the log says why."""
    with (
        Sandbox(right_books(), as_of=MONDAY) as sandbox,
        dated(sandbox, instants, cursors=False, path="/v1/events/nta") as broker,
    ):
        outcomes, noted = run_nights(tmp_path, broker, sandbox)
    assert [outcome.result for outcome in outcomes] == ["incomplete", "incomplete"]
    assert any(line.startswith("not proven nta proven until ") for line in noted)
    midnights = {f.until for f in read_manifest(tmp_path / "archive") if f.stream == "nta"}
    assert all(until.endswith("T00:00:00Z") for until in midnights), midnights
    certificate = json.loads(
        (tmp_path / "reports" / str(TUESDAY) / "certificate.json").read_bytes()
    )
    [needed] = [need for need in certificate["needed"] if need["stream"] == "nta"]
    assert needed["complete"] is False
