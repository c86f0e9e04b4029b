"""Old breaks, a group that never leaves suspense and busts of a closed day hold no night back.

The days are those that `tests/bench` measures: from the second on 20 orders are not filled as they
say, from the third on a split waits for its second leg, and each day busts a fill of the first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recon.nightly.run import check_date
from tests.bench.history import History
from tests.bench.nights import bring, settings_of
from tests.nightly.longnights import BALANCES, base_of, query, rebuild

NIGHTS, EXECUTIONS, BACK = 6, 2500, 2
LEFT_OUT = 49  # of the fifty holders, the split took the shares of one
OPEN = (
    "select * exclude (evidence) from verdicts where verdict in ('break', 'pending') order by all"
)


@pytest.mark.long
def test_each_night_says_of_them_what_the_whole_books_say(tmp_path: Path) -> None:
    """The sixth night begins after the third day, at the closing of which all of them were open."""
    history = History(EXECUTIONS)
    settings = replace(settings_of(tmp_path), lookback_sessions=BACK)
    outcomes = []
    for number in range(1, NIGHTS + 1):
        day = history.day(number)
        bring(settings.archive, day)
        outcomes.append(check_date(settings, day.system_date))
    assert [(outcome.breaks, outcome.pending) for outcome in outcomes] == [
        (0, 0), (20, 2 + LEFT_OUT), *[(22 + LEFT_OUT, 0)] * 4,
    ]  # fmt: skip
    assert base_of(tmp_path) == history.days[2]
    found = [query(tmp_path, sql) for sql in (OPEN, BALANCES)]
    rebuild(tmp_path, history.days[NIGHTS - 1], 250)
    assert base_of(tmp_path) is None
    assert [query(tmp_path, sql) for sql in (OPEN, BALANCES)] == found
