"""When a night may start, as a table of what the broker has said."""

from __future__ import annotations

import itertools
from datetime import date

import pendulum
import pytest

from recon.nightly.trigger import SystemEvent, missing, one_of_each, ready_at, ready_dates

MONDAY, TUESDAY = date(2026, 6, 15), date(2026, 6, 16)
BALANCES, POSITIONS = "eod_balances_ready", "eod_positions_ready"


def said(kind: str, minute: int = 0, day: date = MONDAY) -> SystemEvent:
    """One event, so many minutes after 05:00 UTC of the sixteenth."""
    return SystemEvent(kind, day, pendulum.datetime(2026, 6, 16, 5, minute))


@pytest.mark.parametrize(
    ("events", "absent"),
    [
        ([], {BALANCES, POSITIONS}),
        ([said(BALANCES)], {POSITIONS}),
        ([said(POSITIONS)], {BALANCES}),
        ([said(BALANCES), said(POSITIONS)], set()),
        ([said(POSITIONS), said(BALANCES)], set()),
        ([said(BALANCES), said(BALANCES)], {POSITIONS}),
        ([said(BALANCES), said(POSITIONS), said(BALANCES), said(POSITIONS)], set()),
        ([said(BALANCES), said(POSITIONS, day=TUESDAY)], {POSITIONS}),
        ([said(BALANCES, day=TUESDAY), said(POSITIONS, day=TUESDAY)], {BALANCES, POSITIONS}),
        ([said("something_else"), said("trading_halted")], {BALANCES, POSITIONS}),
        ([said(BALANCES), said(POSITIONS), said("something_else")], set()),
    ],
)
def test_both_signals_of_the_same_date_are_needed(
    events: list[SystemEvent], absent: set[str]
) -> None:
    """In any order, any number of times; signals of another date say nothing of this one."""
    for order in itertools.permutations(events):
        assert missing(order, MONDAY) == absent


def test_the_night_is_bounded_by_the_first_telling_of_the_later_signal() -> None:
    """A repeated signal must not move the bound, or a second run would read other events."""
    events = [
        said(BALANCES, 41),
        said(POSITIONS, 43),
        said(BALANCES, 55),
        said(POSITIONS, 58),
        said(POSITIONS, 1, TUESDAY),
        said("something_else", 59),
    ]
    for order in itertools.permutations(events):
        assert ready_at(order, MONDAY) == pendulum.datetime(2026, 6, 16, 5, 43)


def test_dates_are_ready_in_order_once_both_signals_name_them() -> None:
    """However the broker mixes them up."""
    events = [
        said(POSITIONS, day=TUESDAY),
        said(BALANCES),
        said(BALANCES, day=date(2026, 6, 17)),
        said(POSITIONS),
        said(BALANCES, day=TUESDAY),
        said(BALANCES),
    ]
    for order in itertools.permutations(events):
        assert ready_dates(order) == [MONDAY, TUESDAY]
    assert ready_dates([]) == []


def test_of_a_stream_that_says_it_for_ever_one_of_each_is_kept() -> None:
    """And nothing of what starts no night."""
    endless = [said(kind, minute) for kind in (BALANCES, "rebooted") for minute in range(60)]
    kept = one_of_each([*endless, said(POSITIONS, day=TUESDAY)])
    assert sorted(kept) == [(BALANCES, MONDAY), (POSITIONS, TUESDAY)]
