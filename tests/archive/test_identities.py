"""An index says which segments name an identity, so that nobody looks through the archive."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from recon.archive.identities import FEE_DAY, NAME, ORDER, segments_naming
from recon.archive.manifest import read_manifest
from recon.archive.segment import Segment
from recon.feeds.streams import ACTIVITIES, NTA, TRADES, Stream
from tests.archive.making import archived_texts, trade

LEGS = '"legs": [{"execution_id": "L1"}, {"execution_id": "L2"}]'
FEE = '"F1", "account_id": "A1", "at": "2026-06-19T01:00:00Z"'
ACTIVITY = '{"id": "N1", "account_id": "A1", "at": "2026-06-15T14:30:00Z", "entry_type": "CSD"}'


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Four segments: a fill, a bust of it, a multi-leg fill, and a deposit."""
    archived_texts(tmp_path, TRADES, [trade(execution_id="X1")])
    bust = trade('"previous_execution_id": "X1"', execution_id="X2")
    archived_texts(tmp_path, TRADES, [bust])
    archived_texts(tmp_path, TRADES, [trade(LEGS, execution_id="X3").replace('"O1"', '"O3"')])
    archived_texts(tmp_path, NTA, [ACTIVITY])
    return tmp_path


def older(archive: Path) -> dict[Stream, list[Segment]]:
    """Every segment of both streams."""
    fetches = read_manifest(archive)
    return {
        stream: [s for fetch in fetches if fetch.stream == stream.name for s in fetch.segments]
        for stream in (TRADES, NTA)
    }


def places(archive: Path, *names: str) -> list[int]:
    """The places, 1 to 4, of the segments that the index gives for those names."""
    every = [segment.name for segments in older(archive).values() for segment in segments]
    found = segments_naming(archive, older(archive), names)
    return sorted(every.index(s.name) + 1 for segments in found.values() for s in segments)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("X1", [1, 2]), ("X2", [2]), ("L2", [3]), (ORDER + "O3", [3]), ("N1", [4]), ("O3", []),
     ("X9", [])],
)  # fmt: skip
def test_an_event_is_found_by_each_of_its_names(
    archive: Path, name: str, expected: list[int]
) -> None:
    """Its identity, what it refers to, its legs and its order; an order's name is no event's."""
    assert places(archive, name) == expected


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (NTA, f'{{"id": {FEE}, "entry_sub_type": "TAF", "description": "TAF on 2026-06-15 by 1"}}'),
        (
            NTA,
            f'{{"id": {FEE}, "description": "ORF fee for proceed of 6 contracts on 2026-06-15"}}',
        ),
        (NTA, f'{{"id": {FEE}, "entry_sub_type": "CAT", "description": "2026-06-15 CAT"}}'),
        (
            ACTIVITIES,
            f'{{"ref_id":{FEE},"activity_subtype":"OCC","executed_at":"2026-06-15T14:30:00Z"}}',
        ),
        (
            ACTIVITIES,
            f'{{"ref_id":{FEE},"activity_subtype":"TAF","executed_at":"2026-06-16T02:30:00Z"}}',
        ),
    ],
)
def test_a_fee_is_found_by_the_day_that_it_is_for(
    tmp_path: Path, stream: Stream, text: str
) -> None:
    """The older stream prints it; the newer says when it came about: in the evening in New York."""
    archived_texts(tmp_path, stream, [text])
    (fetch,) = read_manifest(tmp_path)
    (segment,) = fetch.segments
    named = {"A1 2026-06-15": [segment], "A2 2026-06-15": [], "A1 2026-06-16": []}
    for name, expected in named.items():
        found = segments_naming(tmp_path, {stream: [segment]}, [FEE_DAY + name])
        assert found == {stream: expected}


def test_a_segment_is_read_once(archive: Path) -> None:
    """Later look-ups open none of those before; a new one is read when it is first among them."""
    assert places(archive, "X1", "N1") == [1, 2, 4]
    before = list(archive.glob("*/*.parquet"))
    archived_texts(archive, NTA, [ACTIVITY.replace("N1", "N2")])
    for file in before:
        file.unlink()
    assert places(archive, "X1", "N1", "N2") == [1, 2, 4, 5]


def test_an_index_that_cannot_be_read_is_made_again(archive: Path) -> None:
    """It is a cache of the segments, and nothing is lost with it; one of an earlier release has not
    every name."""
    assert places(archive, "L1") == [3]
    (archive / NAME).write_bytes(b"not a database" * 1000)
    assert places(archive, "L1") == [3]
    with closing(sqlite3.connect(archive / NAME)) as index, index:
        index.executescript("delete from named; pragma user_version = 0")
    assert places(archive, "L1") == [3]
    (archive / NAME).unlink()
    assert places(archive, "L1") == [3]
