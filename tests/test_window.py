"""Windows, instants and system dates: the only place where time zones are worked with."""

from __future__ import annotations

from datetime import date

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import UsageError
from recon.window import Window, as_z, day_start, parse_date, parse_duration, parse_instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-15", "2026-06-15T00:00:00Z"),
        ("2026-06-15T04:00:00Z", "2026-06-15T04:00:00Z"),
        ("2026-06-15T04:00Z", "2026-06-15T04:00:00Z"),
        ("2026-06-15T00:00:00-04:00", "2026-06-15T04:00:00Z"),
        ("2026-06-15T11:00:00+07:00", "2026-06-15T04:00:00Z"),
        ("2026-06-15 04:00:00.5Z", "2026-06-15T04:00:00.5Z"),
        ("2026-06-15T04:00:00.123456Z", "2026-06-15T04:00:00.123456Z"),
        ("2028-02-29", "2028-02-29T00:00:00Z"),
    ],
)
def test_an_instant_is_read_in_utc(text: str, instant: str) -> None:
    """A bare date is midnight in UTC; every other text names its zone."""
    assert as_z(parse_instant(text)) == instant


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-06-15T04:00:00", "2026-02-30", "2026-13-01", "2026-06-15T25:00:00Z",
     "15.06.2026", "2026-W25-1", "20260615", "2026-06-15T04:00:00Z/2026-06-16", "1781500000",
     "2026-06-15T04:00:00 America/New_York", "2026-06-1\u0665", "P1D", "2026-06-15\n"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    """Nothing is guessed: not the zone, not the order of day and month."""
    with pytest.raises(UsageError, match="write the zone as Z or as an offset"):
        parse_instant(text)


@given(st.datetimes(min_value=pendulum.naive(1970, 1, 1), max_value=pendulum.naive(2100, 1, 1)))
def test_what_is_printed_reads_back_as_the_same_instant(moment: pendulum.DateTime) -> None:
    """To the microsecond, and never with more digits than there are."""
    instant = pendulum.instance(moment, tz="UTC")
    text = as_z(instant)
    assert parse_instant(text) == instant
    assert not text.endswith((".Z", "0Z")) or "." not in text


@pytest.mark.parametrize(
    "text",
    ["", "2026-6-15", "2026-02-30", "20260615", "2026-W25-1", "2026-166", "15-06-2026",
     "2026-06-15T00:00:00Z", "2026-06-1\u0665", " 2026-06-15", "2026-06-15\n"],
)  # fmt: skip
def test_a_system_date_is_written_in_one_way(text: str) -> None:
    """Year, month and day, in ASCII digits."""
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        parse_date(text)
    assert parse_date("2026-06-15") == date(2026, 6, 15)


def test_a_day_begins_at_midnight_in_new_york() -> None:
    """Also around the two Sundays on which the clock is moved."""
    for day, instant in {
        date(2026, 1, 15): "2026-01-15T05:00:00Z",
        date(2026, 3, 8): "2026-03-08T05:00:00Z",
        date(2026, 3, 9): "2026-03-09T04:00:00Z",
        date(2026, 11, 1): "2026-11-01T04:00:00Z",
        date(2026, 11, 2): "2026-11-02T05:00:00Z",
    }.items():
        assert as_z(day_start(day)) == instant


@pytest.mark.parametrize("until", ["2026-06-15T04:00:00Z", "2026-06-15T03:59:59.999999Z"])
def test_a_window_is_never_empty_or_backwards(until: str) -> None:
    """An empty window reads nothing and would report that all is well."""
    since = parse_instant("2026-06-15T04:00:00Z")
    with pytest.raises(UsageError, match="since before until"):
        Window(since, parse_instant(until))


def test_a_window_shows_itself_in_utc() -> None:
    """As it stands in logs and in the certificate."""
    window = Window(parse_instant("2026-06-15T00:00:00-04:00"), parse_instant("2026-06-16"))
    assert str(window) == "2026-06-15T04:00:00Z .. 2026-06-16T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1), ("90s", 90), ("30m", 1800), ("4h", 14400)]
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    """Seconds, minutes or hours."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "4", "h", "0s", "-1s", "1d", "1.5h", "1 h", "4H", "1h30m", "\uff14h", "\u0664h"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A bare number would leave open of what."""
    with pytest.raises(UsageError, match="one of s, m, h"):
        parse_duration(text)
