"""The broker's word that a day's books are ready."""

from __future__ import annotations

import pytest

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.make import make_books
from tests.sandbox.replay import parse


@pytest.mark.parametrize("seed", range(20))
def test_ready_events_come_at_night_in_either_order(seed: int) -> None:
    """Both for every system date, at 01:41 to 01:43 in New York of the next calendar day."""
    events = [parse(event.text) for event in make_books(seed).system]
    dates = [each["system_date"] for each in events]
    assert dates == sorted(date.isoformat() for date in SYSTEM_DATES for _ in range(2))
    assert {each["at"][11:15] for each in events} == {"05:4"}
    firsts = {each["type"] for each in events[::2]}
    assert firsts == {"eod_balances_ready", "eod_positions_ready"}
