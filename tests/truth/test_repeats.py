"""What is sent again is no news: right nights stay right, and the books the same to the byte."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recon.archive.columns import read_row
from recon.archive.contents import content_hash
from recon.archive.manifest import INGESTED, Fetch, append, next_number, read_manifest
from recon.archive.segment import write_segment
from recon.feeds.streams import EVENT_STREAMS, Stream
from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.replay import replay_streams
from recon.nightly.run import run_date
from recon.sandbox.books.make import make_books
from recon.sandbox.wire.server import Sandbox
from recon.window import Window, as_z, day_start
from tests.archive.making import texts_of
from tests.nightly.nights import NOW, broker_of, settings_of
from tests.truth.respelled import respelled, respelling_broker_of
from tests.truth.test_seeds import ALL, assert_clean, nights

SEEDS = (100, 101, 102)
BOOKS = ("trial_balance.csv", "positions_proof.csv", "cash_proof.csv", "journal.csv")
STREAMS = [*ALL.split(","), "system"]

pytestmark = pytest.mark.long


def books_of(home: Path, day: date) -> dict[str, bytes]:
    """What the books of a night say, byte for byte."""
    return {name: (home / "reports" / str(day) / name).read_bytes() for name in BOOKS}


def night_again(home: Path, sandbox: Sandbox, day: date) -> Outcome:
    """The same night, with everything that the broker sent until then sent once more, backwards and
    in another spelling, statements too."""
    settings = settings_of(home, sandbox.url, streams=ALL)
    window = Window(day_start(min(sandbox.books.closings)).subtract(days=30), NOW)
    with respelling_broker_of(sandbox) as broker:
        replay_streams(broker, settings, STREAMS, window, NOW, progress=SILENT)
        return run_date(broker, settings, day, NOW, wait_seconds=0, again=True, progress=SILENT)


@pytest.mark.parametrize("seed", SEEDS)
def test_nights_stay_right_when_everything_is_sent_again(seed: int, tmp_path: Path) -> None:
    """In another spelling and the newest first: nothing is archived again, nothing breaks."""
    books = make_books(seed)
    days = sorted(books.closings)[-2:]
    assert_clean(nights(tmp_path / "once", books, days, streams=ALL)[-1])
    home = tmp_path / "again"
    with Sandbox(books, as_of=days[0]) as sandbox:
        for day in days:
            sandbox.advance_to(day)
            with broker_of(sandbox) as broker:
                settings = settings_of(home, sandbox.url, streams=ALL, lookback_days="30")
                run_date(
                    broker, settings, day, NOW, wait_seconds=0, again=False, progress=SILENT,
                )  # fmt: skip
            assert_clean(night_again(home, sandbox, day))
            for name in STREAMS:
                texts = texts_of(home / "archive", EVENT_STREAMS[name])
                assert len(texts) == len(set(map(content_hash, texts))) > 0, name
    assert books_of(home, days[-1]) == books_of(tmp_path / "once", days[-1])


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_what_an_older_release_archived_twice_counts_once(seed: int, tmp_path: Path) -> None:
    """Releases up to 0.3 archived every spelling: their archives give the same books, no break."""
    books = make_books(seed)
    day = max(books.closings)
    assert_clean(nights(tmp_path / "once", books, [day], streams=ALL)[-1])
    home = tmp_path / "twice"
    nights(home, books, [day], streams=ALL)
    for name in STREAMS:
        texts = texts_of(home / "archive", EVENT_STREAMS[name])
        archived_blindly(home / "archive", EVENT_STREAMS[name], [*map(respelled, texts[::-1])])
    with Sandbox(books, as_of=day) as sandbox:
        assert_clean(night_again(home, sandbox, day))
    assert books_of(home, day) == books_of(tmp_path / "once", day)


def archived_blindly(archive: Path, stream: Stream, texts: list[str]) -> None:
    """A fetch as 0.3.0 wrote it: whatever had another text was new."""
    fetches = read_manifest(archive)
    number = next_number(fetches)
    rows = [read_row(stream, text) for text in texts]
    segment = write_segment(archive / stream.name, f"{number:06d}-0000", stream, rows)
    at = as_z(NOW)
    append(
        archive,
        Fetch(number, stream.name, at, as_z(NOW.add(seconds=1)), INGESTED, len(rows), len(rows), 0,
              started_at=at, segments=(segment,)),
    )  # fmt: skip
