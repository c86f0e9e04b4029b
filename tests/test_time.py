"""The days on which clocks and calendars are odd, in any zone and by any clock of the machine.

Instants of New York are worked out here by hand: standard time is five hours behind UTC, summer
time four, and the clock moves at 02:00 on 8 March and 1 November 2026.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import duckdb
import pytest

from recon.calendar import is_session, session_end
from recon.errors import UsageError
from recon.nightly.trigger import SystemEvent, is_plausible
from recon.window import Window, as_z, day_start, new_york_date, parse_instant, utc_date
from tests.test_shape import ROOT

STARTS = {
    "2026-03-07": "2026-03-07T05:00:00Z",
    "2026-03-08": "2026-03-08T05:00:00Z",  # 23 hours long
    "2026-03-09": "2026-03-09T04:00:00Z",
    "2026-11-01": "2026-11-01T04:00:00Z",  # 25 hours long
    "2026-11-02": "2026-11-02T05:00:00Z",
    "2026-12-31": "2026-12-31T05:00:00Z",
    "2027-01-01": "2027-01-01T05:00:00Z",
    "2028-02-29": "2028-02-29T05:00:00Z",
    "2028-03-01": "2028-03-01T05:00:00Z",
}
ENDS = {
    "2026-03-06": "2026-03-06T21:00:00Z",  # the last session of standard time
    "2026-03-09": "2026-03-09T20:00:00Z",  # the first of summer time
    "2026-10-30": "2026-10-30T20:00:00Z",
    "2026-11-02": "2026-11-02T21:00:00Z",
    "2026-11-27": "2026-11-27T18:00:00Z",  # closes at 13:00
    "2026-12-24": "2026-12-24T18:00:00Z",
    "2026-12-31": "2026-12-31T21:00:00Z",
    "2028-02-29": "2028-02-29T21:00:00Z",
}
# A broker's day begins at 20:00 New York the evening before.
BROKER_DAYS = {
    "2026-03-07T00:59:59.999999Z": "2026-03-06",
    "2026-03-07T01:00:00Z": "2026-03-07",
    "2026-03-08T00:59:59.999999Z": "2026-03-07",
    "2026-03-08T01:00:00Z": "2026-03-08",
    "2026-03-08T06:59:59Z": "2026-03-08",  # 01:59:59, the last second of standard time
    "2026-03-08T07:00:00Z": "2026-03-08",  # 03:00
    "2026-03-08T23:59:59.999999Z": "2026-03-08",
    "2026-03-09T00:00:00Z": "2026-03-09",  # 20:00 in summer time
    "2026-10-31T23:59:59.999999Z": "2026-10-31",
    "2026-11-01T00:00:00Z": "2026-11-01",
    "2026-11-01T05:30:00Z": "2026-11-01",  # 01:30 for the first time
    "2026-11-01T06:30:00Z": "2026-11-01",  # and for the second
    "2026-11-02T00:59:59.999999Z": "2026-11-01",
    "2026-11-02T01:00:00Z": "2026-11-02",
    "2028-02-29T00:59:59.999999Z": "2028-02-28",
    "2028-02-29T01:00:00Z": "2028-02-29",
    "2028-03-01T01:00:00Z": "2028-03-01",
    "2027-01-01T00:59:59.999999Z": "2026-12-31",
    "2027-01-01T01:00:00Z": "2027-01-01",
}
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Europe/Dublin")
SIGNAL = "eod_balances_ready"


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


def nanoseconds(instant: str) -> int:
    """Of an instant, since 1970."""
    moment = datetime.fromisoformat(instant)
    whole = int((moment.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return whole * 1_000_000_000 + moment.microsecond * 1000


def broker_days() -> list[str]:
    """What the macro says of each instant, in the zone of this process."""
    with duckdb.connect() as connection:
        connection.execute((ROOT / "sql" / "macros.sql").read_text("utf-8"))
        query = "select broker_day(make_timestamptz($1))::varchar"
        found = [
            connection.execute(query, [nanoseconds(instant) // 1000]).fetchall()[0][0]
            for instant in BROKER_DAYS
        ]
    return [str(each) for each in found]


def all_of_it() -> list[str]:
    """Everything that this file asks, as texts."""
    return [
        *(as_z(day_start(day(text))) for text in STARTS),
        *(as_z(session_end(day(text))) for text in ENDS),
        *broker_days(),
        *(str(utc_date(nanoseconds(instant))) for instant in BROKER_DAYS),
        *(str(new_york_date(nanoseconds(instant))) for instant in BROKER_DAYS),
    ]


def test_days_begin_and_sessions_end_when_new_york_says() -> None:
    """On both Sundays on which the clock moves, the days beside them, half days and 29 February."""
    assert {text: as_z(day_start(day(text))) for text in STARTS} == STARTS
    assert {text: as_z(session_end(day(text))) for text in ENDS} == ENDS


def test_the_two_odd_sundays_have_23_and_25_hours() -> None:
    """So a window of such a day is read whole, and not an hour of the next."""
    for sunday, monday, hours in (
        ("2026-03-08", "2026-03-09", 23),
        ("2026-11-01", "2026-11-02", 25),
    ):
        window = Window(day_start(day(sunday)), day_start(day(monday)))
        assert (window.until - window.since).total_seconds() == hours * 3600


def test_an_instant_belongs_to_the_broker_s_day_that_began_at_eight_in_the_evening() -> None:
    """An hour that is there twice, and one that is not, belong to their Sunday."""
    assert broker_days() == [*BROKER_DAYS.values()]


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_of_the_machine_says_nothing(zone: str) -> None:
    """A process in that zone gives the same texts as this one."""
    words = [sys.executable, "-c", "from tests.test_time import all_of_it; print(*all_of_it())"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TZ": zone}
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == all_of_it()


def test_a_ready_signal_of_a_half_day_is_right_from_one_in_the_afternoon() -> None:
    """An hour before the usual end, and three hours before; never before its own session's end."""
    until = parse_instant("2027-01-01")
    for text, end in ENDS.items():
        if text < "2027":
            at = parse_instant(end)
            assert is_plausible(SystemEvent(SIGNAL, day(text), at), until)
            assert not is_plausible(SystemEvent(SIGNAL, day(text), at.subtract(seconds=1)), until)


def test_a_date_that_the_calendar_does_not_reach_is_refused() -> None:
    """Its sessions and half days are not known: nothing is guessed, and 29 February 2028 is one."""
    for text in ("2028-02-29", "2018-12-31", "0001-01-01", "9999-12-31"):
        with pytest.raises(UsageError, match="a release whose calendar reaches that far"):
            is_session(day(text))
