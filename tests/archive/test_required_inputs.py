"""Which windows a night rests on, and what it asks for: no instant of the books may be missing."""

from __future__ import annotations

from datetime import date

import pendulum
import pytest

from recon.archive.manifest import OPENING, Fetch
from recon.archive.required_inputs import check_streams, required_inputs, to_read
from recon.errors import UsageError
from recon.window import as_z, day_start

MONDAY, TUESDAY, FRIDAY = date(2026, 6, 15), date(2026, 6, 16), date(2026, 6, 26)
NAMES = ["trades", "nta", "eod_positions", "eod_cash"]


def ready(day: date) -> pendulum.DateTime:
    """When the broker was ready with that date: twenty to two in New York's next night."""
    return day_start(day).add(days=1, hours=1, minutes=40)


def fetch(stream: str, since: pendulum.DateTime, until: pendulum.DateTime) -> Fetch:
    """A complete reading."""
    return Fetch(1, stream, as_z(since), as_z(until), "complete", 0, 0, 0)


def opened(day: date) -> Fetch:
    """The line that says which statement the books begin with."""
    at = as_z(day_start(day))
    return Fetch(1, OPENING, at, at, "complete", 0, 0, 0)


def night_of(day: date, fetches: list[Fetch], lookback: int = 3) -> list[Fetch]:
    """What the night of that date would read of both streams and both statements."""
    read = [
        fetch(stream, window.since, window.until)
        for stream in ("trades", "nta")
        for window in [to_read(fetches, stream, day, ready(day), lookback)]
    ]
    statements = [fetch(name, day_start(day), day_start(day).add(days=1)) for name in NAMES[2:]]
    return read + statements


def complete(fetches: list[Fetch], day: date) -> dict[str, bool]:
    """Which inputs of a night are there."""
    return {
        each.stream: each.complete for each in required_inputs(fetches, day, ready(day), NAMES[:2])
    }


def test_nothing_is_complete_before_anything_is_read() -> None:
    """Every one of the four is needed."""
    assert complete([], MONDAY) == dict.fromkeys(NAMES, False)


def test_the_first_night_reads_its_day_and_the_lookback() -> None:
    """From midnight in New York, three days earlier, to the moment the broker was ready."""
    window = to_read([], "trades", MONDAY, ready(MONDAY), 3)
    assert str(window) == "2026-06-12T04:00:00Z .. 2026-06-16T05:40:00Z"
    assert all(complete(night_of(MONDAY, []), MONDAY).values())


def test_each_reading_alone_is_not_enough() -> None:
    """Without any one of the four the night is not certified."""
    whole = night_of(MONDAY, [])
    for name in NAMES:
        rest = [each for each in whole if each.stream != name]
        assert complete(rest, MONDAY) == {**dict.fromkeys(NAMES, True), name: False}


def test_a_statement_of_another_day_is_not_this_ones() -> None:
    """The day before's statement proves nothing of today."""
    met = complete(night_of(MONDAY, []), TUESDAY)
    assert (met["eod_positions"], met["eod_cash"]) == (False, False)


def test_the_next_night_begins_where_the_last_one_ended() -> None:
    """With some days of overlap, since late records carry old times."""
    first = night_of(MONDAY, [])
    window = to_read(first, "trades", TUESDAY, ready(TUESDAY), 3)
    assert str(window) == "2026-06-13T04:00:00Z .. 2026-06-17T05:40:00Z"
    assert all(complete(first + night_of(TUESDAY, first), TUESDAY).values())


def test_nights_that_did_not_run_are_caught_up() -> None:
    """From the end of what is proven, however long ago that is."""
    first = night_of(MONDAY, [])
    window = to_read(first, "trades", FRIDAY, ready(FRIDAY), 0)
    assert window.since == ready(MONDAY)
    assert all(complete(first + night_of(FRIDAY, first, 0), FRIDAY).values())


def test_a_gap_in_the_middle_is_filled_first() -> None:
    """A later stretch that somebody replayed does not hide what lies before it."""
    first = night_of(MONDAY, [])
    later = [
        fetch(name, day_start(FRIDAY).subtract(days=2), day_start(FRIDAY))
        for name in ("trades", "nta")
    ]
    assert not complete(first + later, FRIDAY)["trades"]
    made = first + later + night_of(FRIDAY, first + later, 0)
    assert all(complete(made, FRIDAY).values())


def test_after_an_opening_the_books_begin_with_the_next_day() -> None:
    """What came before is inside the opening statement."""
    books = [opened(MONDAY)]
    window = to_read(books, "trades", TUESDAY, ready(TUESDAY), 3)
    assert str(window) == "2026-06-13T04:00:00Z .. 2026-06-17T05:40:00Z"
    made = books + night_of(TUESDAY, books)
    (trades, *_) = required_inputs(made, TUESDAY, ready(TUESDAY), NAMES[:2])
    assert str(trades.window) == "2026-06-16T04:00:00Z .. 2026-06-17T05:40:00Z"
    assert trades.complete


def test_after_an_opening_a_later_stretch_does_not_hide_the_beginning() -> None:
    """The books are open since Monday, and somebody replayed only the last Thursday: the night of
    Friday must still ask for everything since Tuesday, or it can never be complete."""
    books = [opened(MONDAY)]
    books += [
        fetch(name, day_start(FRIDAY).subtract(days=1), day_start(FRIDAY))
        for name in ("trades", "nta")
    ]
    assert all(complete(books + night_of(FRIDAY, books, 0), FRIDAY).values())


def test_a_stretch_from_before_the_opening_does_not_count_as_its_beginning() -> None:
    """It ends before the books begin, so all since the opening is still to be read."""
    books = [opened(MONDAY), fetch("trades", day_start(MONDAY).subtract(days=5), day_start(MONDAY))]
    assert to_read(books, "trades", FRIDAY, ready(FRIDAY), 0).since == day_start(TUESDAY)


def test_daylight_saving_does_not_shift_a_day() -> None:
    """Midnight in New York is four hours behind UTC in summer, five in winter; one day has 25."""
    for day, window in {
        date(2026, 10, 30): "2026-10-30T04:00:00Z .. 2026-10-31T04:00:00Z",
        date(2026, 11, 1): "2026-11-01T04:00:00Z .. 2026-11-02T05:00:00Z",
        date(2026, 11, 2): "2026-11-02T05:00:00Z .. 2026-11-03T05:00:00Z",
    }.items():
        (*_, cash) = required_inputs([], day, ready(day), NAMES[:2])
        assert str(cash.window) == window


@pytest.mark.parametrize(
    "streams",
    [["trades", "nta"], ["activities"], ["activities", "trades"], ["nta", "trades", "ipo"]],
)
def test_money_may_come_from_either_shape(streams: list[str]) -> None:
    """The newer stream has both trades and activities."""
    check_streams(streams)


@pytest.mark.parametrize(
    "streams",
    [[], ["trades"], ["nta", "ipo"], ["trades", "nta", "upvest"], ["trades", "nta", "trades_v1"]],
)
def test_other_streams_are_refused(streams: list[str]) -> None:
    """A night without money, and what no broker can be asked for."""
    with pytest.raises(UsageError, match="RECON_STREAMS"):
        check_streams(streams)


def test_a_stream_that_moves_no_money_does_not_bind_and_is_not_needed_before_it_came() -> None:
    """Where the broker never gave it nobody waits for it."""
    streams = [*NAMES[:2], "ipo"]
    assert "ipo" not in {
        each.stream for each in required_inputs([], MONDAY, ready(MONDAY), streams)
    }
    read = [fetch("ipo", day_start(MONDAY), ready(MONDAY).subtract(hours=1))]
    found = {each.stream: each for each in required_inputs(read, MONDAY, ready(MONDAY), streams)}
    assert (found["ipo"].complete, found["ipo"].binding) == (False, False)
    assert found["nta"].binding
