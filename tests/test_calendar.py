"""data/calendar_us.csv: every day has its neighbours, and the exchange's own rules give the same.

Sessions are those of XNYS in exchange_calendars 4.13.2. Settlement days are sessions without
Columbus Day and Veterans Day, when the exchanges trade and the banks are closed (NASD Notices to
Members 88-82, 95-77 and 99-83). Compared once with SIFMA_US of pandas_market_calendars 5.5.0: that
also settles bonds on three Good Fridays and on 2025-01-09, when no equity trades; here these days
stay closed. A further year is added from the same two sources, and these tests then cover it.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from recon.paths import folder

with (folder("data") / "calendar_us.csv").open(newline="", encoding="utf-8") as file:
    CALENDAR = {date.fromisoformat(row["date"]): row for row in csv.DictReader(file)}
ONE_DAY = timedelta(days=1)
GOOD_FRIDAYS = (
    *("2019-04-19", "2020-04-10", "2021-04-02", "2022-04-15", "2023-04-07"),
    *("2024-03-29", "2025-04-18", "2026-04-03", "2027-03-26"),
)


def days(column: str) -> list[date]:
    """The days that have the mark in that column."""
    return [day for day, row in CALENDAR.items() if row[column] == "true"]


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (0) to Sunday (6) of a month."""
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))


def observed(holiday: date) -> date:
    """Saturday's holiday is kept on Friday, Sunday's on Monday."""
    return holiday + timedelta({5: -1, 6: 1}.get(holiday.weekday(), 0))


def exchange_holidays(year: int) -> set[date]:
    """By NYSE Rule 7.2; New Year's Day on a Saturday is not kept in the old year."""
    last_monday_of_may = nth_weekday(year, 6, 0, 1) - timedelta(7)
    closed = {
        nth_weekday(year, 1, 0, 3),
        nth_weekday(year, 2, 0, 3),
        last_monday_of_may,
        observed(date(year, 7, 4)),
        nth_weekday(year, 9, 0, 1),
        nth_weekday(year, 11, 3, 4),
        observed(date(year, 12, 25)),
    }
    if date(year, 1, 1).weekday() != 5:
        closed.add(observed(date(year, 1, 1)))
    if year >= 2022:
        closed.add(observed(date(year, 6, 19)))
    return closed


def test_calendar_has_every_day_of_nine_years_once() -> None:
    """A missing day would leave a due date empty."""
    assert list(CALENDAR) == [date(2019, 1, 1) + timedelta(count) for count in range(3287)]
    assert max(CALENDAR) == date(2027, 12, 31)


def test_closed_weekdays_are_the_exchange_s_holidays_and_one_day_of_mourning() -> None:
    """Derived from the exchange's rules, not from the library that made the file."""
    expected = {date.fromisoformat(text) for text in (*GOOD_FRIDAYS, "2025-01-09")}
    for year in range(2019, 2028):
        expected |= exchange_holidays(year)
    sessions = set(days("is_session"))
    assert {day for day in CALENDAR if day.weekday() < 5 and day not in sessions} == expected
    assert not {day for day in sessions if day.weekday() >= 5}


def test_columbus_and_veterans_day_trade_but_do_not_settle() -> None:
    """The banks are closed; a Veterans Day on a Saturday is not moved, on a Sunday it is."""
    expected = set()
    for year in range(2019, 2028):
        veterans = date(year, 11, 11)
        expected |= {nth_weekday(year, 10, 0, 2), veterans + ONE_DAY * (veterans.weekday() == 6)}
    sessions, settlement = set(days("is_session")), set(days("is_settlement"))
    assert settlement < sessions
    assert sessions - settlement == expected & sessions


@pytest.mark.parametrize("kind", ["settlement", "session"])
def test_next_and_previous_are_strictly_after_and_before(kind: str) -> None:
    """A due date is never the day itself, also when that day settles."""
    marked = set(days(f"is_{kind}"))
    for day, row in CALENDAR.items():
        following = date.fromisoformat(row[f"next_{kind}"])
        preceding = date.fromisoformat(row[f"previous_{kind}"])
        assert preceding < day < following
        assert following in marked or following > date(2027, 12, 31)
        assert preceding in marked or preceding < date(2019, 1, 1)
        between = {preceding + ONE_DAY * n for n in range(1, (following - preceding).days)}
        assert not (between - {day}) & marked


def test_last_and_first_neighbours_outside_the_file_are_right() -> None:
    """They are the only ones that the file itself cannot show."""
    assert CALENDAR[date(2019, 1, 1)]["previous_settlement"] == "2018-12-31"
    assert CALENDAR[date(2027, 12, 31)]["next_settlement"] == "2028-01-03"


def test_documented_early_closes() -> None:
    """The exchange's published half days of 2026 and 2027."""
    late = [str(day) for day in days("early_close") if day.year >= 2026]
    assert late == ["2026-11-27", "2026-12-24", "2027-11-26"]
    assert set(days("early_close")) < set(days("is_session"))
