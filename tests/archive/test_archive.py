"""The archive as one object: read once, grown by what it records, and the only way to record."""

from __future__ import annotations

from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.columns import read_row
from recon.archive.manifest import OPENING, read_manifest
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import NTA, TRADES
from tests.archive.making import archived_texts, trade
from tests.test_shape import PYTHON, calls, short

AT = "2026-06-16T06:00:00Z"
DAY = ("2026-06-15T04:00:00Z", "2026-06-16T04:00:00Z")


def test_what_is_recorded_is_there_at_once_and_reads_back_the_same(tmp_path: Path) -> None:
    """Counts, hashes and all that a broker may say: in memory as in the file."""
    archived_texts(tmp_path, NTA, ['{"id": "N1"}'])
    archive = Archive(tmp_path, AT)
    rows = [read_row(TRADES, trade())]
    end = StreamEnd("lossy", 3, 2, 1, ("odd: \N{SNOWMAN}",))
    written = archive.write(TRADES, rows)
    made = archive.record(TRADES.name, *DAY, end, [written], ["X8", "X9"], "dates")
    assert (made.fetch, written.name) == (2, "000002-0000")
    assert (made.received, made.new, made.duplicates) == (3, 1, 2)
    assert (made.missing, made.missing_identities) == (2, ("X8", "X9"))
    assert (made.heartbeats, made.dropped, made.asked, made.started_at) == (2, 1, "dates", AT)
    assert archive.fetches == read_manifest(tmp_path)
    assert archive.of(TRADES) == [made]
    assert [row["identity"] for row in archive.rows(TRADES, ["identity"])] == ["X1"]
    assert list(archive.texts(TRADES, written)) == [trade()]


def test_the_opening_is_known_once_it_is_recorded(tmp_path: Path) -> None:
    """Midnight in New York at the beginning of the date."""
    archive = Archive(tmp_path, AT)
    assert (archive.opening_date, archive.next_number) == (None, 1)
    archive.record(OPENING, DAY[0], DAY[0], StreamEnd("complete", 0, 0, 0, ()))
    assert (str(archive.opening_date), archive.next_number) == ("2026-06-15", 2)


def test_an_archive_that_was_read_does_not_see_what_another_adds(tmp_path: Path) -> None:
    """One run has one picture; who holds the lock is the only one that adds to it."""
    seen, other = Archive(tmp_path), Archive(tmp_path, AT)
    assert seen.fetches == []
    other.record(TRADES.name, *DAY, StreamEnd("complete", 0, 0, 0, ()))
    assert (seen.fetches, len(Archive(tmp_path).fetches)) == ([], 1)


def test_nothing_else_reads_or_writes_the_manifest() -> None:
    """A writer of its own would not be seen by those that have read the manifest already."""
    names = {"read_fetches", "append", "write_segment", "sweep", "Fetch"}
    found = {
        (short(path), name.removeprefix("manifest."))
        for path in PYTHON
        for name, _ in calls(path)
        if name.removeprefix("manifest.") in names
    }
    archive = "recon/archive/archive.py"
    made = {(archive, name) for name in names}
    assert found == {*made, ("recon/archive/manifest.py", "read_fetches")}
