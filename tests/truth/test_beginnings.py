"""Nights that begin with an earlier closing: as clean as whole books, and the same to the digit.

The sandbox busts, corrects and cancels what it booked on days before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.sandbox.books.make import make_books
from tests.nightly.longnights import BALANCES, base_of, query, rebuild
from tests.truth.test_seeds import ALL, NEWER_ALONE, assert_clean, nights

TAKEN_BACK = "select count(distinct movement_id) > 0 from start_lines"

pytestmark = pytest.mark.long


@pytest.mark.parametrize(("seed", "streams"), [(110, ALL), (112, NEWER_ALONE)])
def test_each_night_is_clean_and_ends_as_the_whole_books_do(
    seed: int, streams: str, tmp_path: Path
) -> None:
    """Six nights, each looking back one session; the last takes back what lies before it."""
    days = sorted((books := make_books(seed)).closings)
    outcomes = nights(tmp_path, books, days, streams=streams, lookback_sessions="1")
    for outcome in outcomes:
        assert_clean(outcome)
    assert base_of(tmp_path) in days
    assert query(tmp_path, TAKEN_BACK) == [(True,)]
    ended = query(tmp_path, BALANCES)
    rebuild(tmp_path, days[-1], 250)
    assert base_of(tmp_path) is None
    assert query(tmp_path, BALANCES) == ended
