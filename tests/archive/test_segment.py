"""A segment is two files that appear whole, and whose damage is noticed before they are used."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recon.archive.columns import read_row
from recon.archive.manifest import Fetch
from recon.archive.read import archived
from recon.archive.segment import SegmentDamaged, read_texts, typed_path, write_segment
from recon.errors import ExitCode
from recon.feeds.streams import ARCHIVED, NTA, TRADES, Stream
from tests.archive.making import archived_texts, contents, trade

ODD_TEXTS = [
    '{"a": 1,\n"b": 2}',
    '"a text that starts with a quote"',
    '{"a": 1,\r"b": "\u2028\u0085"}',
    '"a quote\nand a newline"',
    '{"half": "\ud800"}',
    "",
    "not json \\n at all",
    trade(),
]


def test_every_text_comes_back_exactly_whatever_is_in_it(tmp_path: Path) -> None:
    """The lines of the raw file must not depend on what the broker sends inside a message."""
    rows = [read_row(TRADES, text) for text in ODD_TEXTS]
    segment = write_segment(tmp_path / "trades", "000001-0000", TRADES, rows)
    assert list(read_texts(tmp_path / "trades", segment)) == ODD_TEXTS
    assert segment.rows == len(ODD_TEXTS)


@pytest.mark.parametrize(
    ("at", "first_day", "last_day"),
    [
        ("2026-06-12T15:00:00Z", "2026-06-12", "2026-06-15"),
        ("2026-06-13T00:30:00Z", "2026-06-12", "2026-06-16"),
        ("2026-06-18T15:00:00Z", "2026-06-18", "2026-06-22"),
        ("2099-12-30T15:00:00Z", "2099-12-30", "2100-01-06"),
    ],
    ids=["friday", "friday evening", "before a holiday", "beyond the calendar"],
)
def test_a_trades_day_lies_at_most_two_sessions_on(
    tmp_path: Path, at: str, first_day: str, last_day: str
) -> None:
    """19 June 2026 is a holiday; from 20:00 New York on a trade belongs to the next session."""
    rows = [read_row(TRADES, trade().replace("2026-06-15T14:30:00.123456Z", at))]
    segment = write_segment(tmp_path, "000001-0000", TRADES, rows)
    assert (segment.first_day, segment.last_day) == (first_day, last_day)


def test_a_segment_is_two_files_with_the_same_rows(tmp_path: Path) -> None:
    """No temporary name is left, and row n of the one is row n of the other."""
    rows = [read_row(TRADES, trade(execution_id=f"X{n}")) for n in range(3)]
    write_segment(tmp_path, "000001-0000", TRADES, rows)
    assert sorted(contents(tmp_path)) == ["000001-0000.ndjson.zst", "000001-0000.parquet"]
    table = pq.read_table(tmp_path / "000001-0000.parquet")
    assert table["row"].to_pylist() == [0, 1, 2]
    assert table["identity"].to_pylist() == ["X0", "X1", "X2"]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """A night that is repeated after a kill writes what the killed one would have written."""
    rows = [read_row(TRADES, text) for text in ODD_TEXTS]
    for name in ("one", "two"):
        write_segment(tmp_path / name, "000001-0000", TRADES, rows)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize("stream", ARCHIVED.values(), ids=list(ARCHIVED))
def test_every_stream_has_exact_decimals_and_zoned_nanoseconds(
    tmp_path: Path, stream: Stream
) -> None:
    """No column of any Parquet file is a float, or an instant without a zone."""
    write_segment(tmp_path, "s", stream, [read_row(stream, "{}")])
    kinds = {str(field.type) for field in pq.read_schema(tmp_path / "s.parquet")}
    assert kinds <= {
        "string", "int64", "int32", "decimal128(38, 9)", "timestamp[ns, tz=UTC]", "date32[day]",
        "bool",
        str(pa.list_(pa.string())), "list<element: string>",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", [".ndjson.zst", ".parquet"])
@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "empty"])
def test_a_damaged_file_is_named_in_one_line(tmp_path: Path, suffix: str, damage: str) -> None:
    """A flipped bit in Parquet reads back as wrong data without the hash."""
    fetch = archived_texts(tmp_path, TRADES, [trade()])
    segment = fetch.segments[0]
    path = tmp_path / "trades" / (segment.name + suffix)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "remove":
        path.unlink()
    else:
        cut = {"flip": bytes(content), "truncate": path.read_bytes()[:-1], "empty": b""}[damage]
        path.write_bytes(cut)
    read = typed_path if suffix == ".parquet" else read_texts
    with pytest.raises(SegmentDamaged) as caught:
        read(tmp_path / "trades", segment)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == ExitCode.UNEXPECTED


def test_columns_are_read_back_across_segments_in_the_order_received(tmp_path: Path) -> None:
    """The order within an account is the order received, never that of a timestamp."""
    fetches: list[Fetch] = []
    for numbers in ((5, 3), (4, 1)):
        texts = [trade(execution_id=f"X{number}") for number in numbers]
        fetches.append(archived_texts(tmp_path, TRADES, texts))
    archived_texts(tmp_path, NTA, ['{"id": "N1"}'])
    rows = archived(tmp_path, fetches, "trades", ["identity"])
    assert [row["identity"] for row in rows] == ["X5", "X3", "X4", "X1"]
