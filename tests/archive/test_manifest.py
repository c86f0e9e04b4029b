"""The manifest: one line a fetch, durable, and the only thing that makes a segment exist."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recon.archive.columns import read_row
from recon.archive.manifest import (
    NAME,
    OPENING,
    Fetch,
    ManifestDamaged,
    append,
    opening_date,
    read_manifest,
    sweep,
)
from recon.archive.quarantine import set_aside_files
from recon.archive.segment import write_segment
from recon.feeds.streams import NTA, TRADES
from tests.archive.making import archived_texts, contents, trade


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    """Every field, with its segments, oldest first."""
    first = archived_texts(tmp_path, TRADES, [trade()])
    second = archived_texts(tmp_path, NTA, ['{"id": "N1"}', '{"id": "N2"}'])
    assert read_manifest(tmp_path) == [first, second]
    assert (second.fetch, second.new, second.segments[0].name) == (2, 2, "000002-0000")


def test_an_absent_manifest_is_an_empty_one(tmp_path: Path) -> None:
    """The first night begins without any file."""
    assert read_manifest(tmp_path / "nowhere") == []


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_torn_last_line_does_not_count_and_is_overwritten(tmp_path: Path, kept: int) -> None:
    """A kill in the middle of a write leaves half a line that nobody was told of."""
    first = archived_texts(tmp_path, TRADES, [trade()])
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole + whole[:kept])
    assert read_manifest(tmp_path) == [first]
    second = archived_texts(tmp_path, TRADES, [trade(execution_id="X2")])
    assert read_manifest(tmp_path) == [first, second]
    assert (tmp_path / NAME).read_bytes().startswith(whole)


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[]", b"null", b"not json", b'\xff\xfe{"fetch": 1}', b'{"segments": [{}]}', b""],
)
def test_a_damaged_line_is_named_with_its_number(tmp_path: Path, line: bytes) -> None:
    """A whole line that cannot be read was acknowledged once, so the archive is not trusted."""
    archived_texts(tmp_path, TRADES, [trade()])
    with (tmp_path / NAME).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(ManifestDamaged, match=r"manifest\.ndjson, line 2\)") as caught:
        read_manifest(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_kill_between_segment_and_manifest_leaves_nothing_that_counts(tmp_path: Path) -> None:
    """The segment that no line names is set aside, not deleted: nobody can tell from it whether its
    line was never written or was lost. The repeated fetch gives the same bytes."""
    archived_texts(tmp_path, NTA, ['{"id": "N1"}'])
    before = contents(tmp_path)
    rows = [read_row(TRADES, trade())]
    write_segment(tmp_path / "trades", "000002-0000", TRADES, rows)
    written = contents(tmp_path / "trades")
    (tmp_path / "trades" / ".000002-0001.parquet.tmp").write_bytes(b"half")
    sweep(tmp_path, read_manifest(tmp_path))
    aside = tmp_path / "quarantine" / "000001" / "trades"
    assert contents(aside) == written
    assert set_aside_files(tmp_path) == sorted(aside.iterdir())
    moved = {f"quarantine/000001/trades/{name}": content for name, content in written.items()}
    assert contents(tmp_path) == before | moved
    archived_texts(tmp_path, TRADES, [trade()])
    after = contents(tmp_path)
    sweep(tmp_path, read_manifest(tmp_path))
    assert contents(tmp_path) == after, "a sweep keeps what the manifest names"


@pytest.mark.parametrize("kept", [0, 1])
def test_a_manifest_older_than_the_archive_removes_nothing(tmp_path: Path, kept: int) -> None:
    """The archive is the record: after restoring the wrong backup, no segment may be swept away."""
    for number in range(3):
        archived_texts(tmp_path, TRADES, [trade(execution_id=f"X{number}")])
    lines = (tmp_path / NAME).read_text().splitlines(keepends=True)
    (tmp_path / NAME).write_text("".join(lines[:kept]))
    before = contents(tmp_path)
    with pytest.raises(ManifestDamaged, match="older than the archive"):
        sweep(tmp_path, read_manifest(tmp_path))
    assert contents(tmp_path) == before


def test_the_opening_is_the_date_of_its_line(tmp_path: Path) -> None:
    """Midnight in New York, in summer four hours behind UTC and in winter five."""
    archived_texts(tmp_path, TRADES, [trade()])
    assert opening_date(read_manifest(tmp_path)) is None
    for at, day in {
        "2026-06-15T04:00:00Z": date(2026, 6, 15),
        "2026-12-15T05:00:00Z": date(2026, 12, 15),
    }.items():
        opening = Fetch(9, OPENING, at, at, "complete", 0, 0, 0)
        append(tmp_path / str(day), opening)
        assert opening_date(read_manifest(tmp_path / str(day))) == day
