"""From the wire's text into Parquet and back out of DuckDB: the same digits, texts and instants."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from recon.archive.columns import read_row
from recon.archive.manifest import read_manifest
from recon.archive.read import archived
from recon.archive.segment import read_texts, write_segment
from recon.feeds.streams import NTA, TRADES
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.archive.making import archived_texts, trade, typed, value

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBERS = st.builds(
    lambda sign, digits, scale: Decimal((sign, digits, -scale)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=38).map(tuple),
    st.integers(0, 9),
).filter(lambda number: number.adjusted() < 29)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False).map(str),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_a_quantity_is_the_same_digit_for_digit_in_the_warehouse(tmp_path: Path) -> None:
    """A JSON number, through Parquet, out of the canonical table."""
    numbers = ["0.029194239", "12.6341694", "12345678.123456789"]
    texts = [
        trade(f'"qty": {qty}, "price": 1.1, "timestamp": "2026-06-15T14:30:0{n}Z"', "", f"X{n}")
        for n, qty in enumerate(numbers)
    ]
    archived_texts(tmp_path, TRADES, texts)
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path))
        rows = connection.execute(
            "select qty::varchar, price::varchar from events.executions order by execution_id"
        ).fetchall()
    assert rows == [
        ("0.029194239", "1.100000000"),
        ("12.634169400", "1.100000000"),
        ("12345678.123456789", "1.100000000"),
    ]


def test_nanoseconds_stand_in_the_parquet(tmp_path: Path) -> None:
    """Two executions of one microsecond stay apart and in order."""
    texts = [
        trade(f'"timestamp": "2026-06-15T10:30:00.12345678{last}-04:00"', execution_id=f"X{last}")
        for last in "19"
    ]
    segment = write_segment(tmp_path, "s", TRADES, [read_row(TRADES, text) for text in texts])
    with connect(MEMORY) as connection:
        rows = connection.execute(
            "select epoch_ns(executed_at) % 1000000000 from read_parquet($file)",
            {"file": str(tmp_path / f"{segment.name}.parquet")},
        ).fetchall()
    assert rows == [(123_456_781,), (123_456_789,)]


@settings(max_examples=15, deadline=None)
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=20))
@example(numbers=[Decimal("0.029194239"), Decimal("12.6341694"), Decimal("12345678.123456789")])
def test_every_number_that_fits_comes_back_equal(numbers: list[Decimal]) -> None:
    """Thirty-eight digits, nine of them after the point, either sign."""
    texts = [trade(f'"qty": {number:f}', execution_id=f"X{n}") for n, number in enumerate(numbers)]
    with tempfile.TemporaryDirectory() as folder:
        fetch = archived_texts(Path(folder), TRADES, texts)
        back = [row["qty"] for row in archived(Path(folder), [fetch], "trades", ["qty"])]
    assert back == numbers


@given(number=st.decimals(allow_nan=False, allow_infinity=False), quoted=st.booleans())
def test_any_other_number_is_exact_or_named_as_unread(number: Decimal, quoted: bool) -> None:
    """There is no third way: nothing is rounded."""
    row = read_row(TRADES, trade(f'"qty": "{number}"' if quoted else f'"qty": {number}'))
    if row.unread:
        assert value(row, "qty") is None
        scale = -int(number.as_tuple().exponent)
        assert scale > 9 or number.adjusted() >= 29 or abs(scale) > 200
    else:
        assert value(row, "qty") == number


@given(
    moment=st.datetimes(datetime(1678, 1, 1), datetime(2261, 12, 31)),  # noqa: DTZ001 -- made UTC
    nanoseconds=st.integers(0, 999_999_999),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_every_instant_of_64_bits_is_exact(
    moment: datetime, nanoseconds: int, minutes: int
) -> None:
    """Whatever offset it is written with, its nanoseconds since 1970 are the same."""
    instant = moment.replace(microsecond=0, tzinfo=UTC)
    local = instant + timedelta(minutes=minutes)
    sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}{sign}{hours:02d}:{rest:02d}"
    seconds = (instant - EPOCH) // timedelta(seconds=1)
    expected = seconds * 1_000_000_000 + nanoseconds
    assert typed(trade(f'"timestamp": "{text}"'), "executed_at") == expected


@settings(max_examples=15, deadline=None)
@given(payloads=st.lists(st.dictionaries(st.text(), ANY_JSON) | ANY_JSON, min_size=1, max_size=20))
def test_any_json_is_archived_and_its_text_comes_back(payloads: list[object]) -> None:
    """No shape of message may end the night; the exact text is kept of each."""
    texts = [json.dumps(payload, ensure_ascii=False) for payload in payloads]
    rows = [read_row(NTA, text) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        segment = write_segment(Path(folder), "s", NTA, rows)
        assert list(read_texts(Path(folder), segment)) == texts


@settings(max_examples=15, deadline=None)
@given(values=st.dictionaries(st.sampled_from([c.path[0] for c in NTA.columns]), ANY_JSON))
def test_any_value_in_a_known_field_is_typed_or_named_as_unread(values: dict[str, object]) -> None:
    """A wrong type in one field leaves the other fields and the night alone."""
    row = read_row(NTA, json.dumps(values))
    named = {reason.partition(":")[0] for reason in row.unread}
    for column in NTA.columns:
        given_value = values.get(column.path[0])
        if value(row, column.name, NTA) is None and given_value not in (None, ""):
            assert column.path[0] in named
    with tempfile.TemporaryDirectory() as folder:
        write_segment(Path(folder), "s", NTA, [row])
