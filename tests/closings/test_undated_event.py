"""An event that says no instant is malformed, and stays a break after its segment is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.nightly.longbooks import DAYS, PLAIN, activity, make_long_books
from tests.nightly.longnights import base_of, query, run_long

MALFORMED = """
select verdict from verdicts
where rule = 'streams/event_malformed' and subject = 'event N-WHEN of nta'
"""


@pytest.mark.long
def test_its_break_stays_open(tmp_path: Path) -> None:
    """A withdrawal of day 2 without its `at`; the seventh night begins after day 5."""
    books = make_long_books()
    event = activity(2, PLAIN, "N-WHEN", "CSW", "", "-5")
    undated = replace(event, raw=json.dumps({**json.loads(event.text), "at": None}))
    activities = [*books.activities, undated]
    activities.sort(key=lambda each: each.published)
    books = replace(books, activities=tuple(activities))
    for night in DAYS[1:7]:
        run_long(tmp_path, books, [night])
        assert query(tmp_path, MALFORMED) == [("break",)], night
    assert base_of(tmp_path) == DAYS[4]
