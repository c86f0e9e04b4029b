"""A night opens the files of its own days, however many there were before."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.nightly.longbooks import DAYS
from tests.nightly.longnights import LongHome, base_of, copy_of, query, rebuild

pytestmark = pytest.mark.long

STREAMS = ("system", "trades", "nta", "eod_positions", "eod_cash", "eod_aggregate", "closings")
SIGNALS = "select count(*) from events.system_events"
opened: list[str] = []


def note_opened(event: str, args: tuple[Any, ...]) -> None:
    """Keep the path of each file that Python opens; a segment is opened to check its hash."""
    if event == "open" and isinstance(args[0], str | Path):
        opened.append(str(args[0]))


sys.addaudithook(note_opened)


def files_of(home: Path, night: date) -> Counter[str]:
    """How many segments and parts of closings a night opens, by folder."""
    opened.clear()
    rebuild(home, night, 1)
    found = {Path(path) for path in opened if path.endswith(".parquet")}
    return Counter(path.parent.name for path in found if path.is_relative_to(home))


def test_the_fourteenth_night_opens_no_more_than_the_seventh(
    long: LongHome, tmp_path: Path
) -> None:
    """Both begin two sessions before; the seventh reads beside its own what was busted on it."""
    home, before = (copy_of(each, tmp_path / each.name) for each in (long.path, long.seventh))
    last, seventh = files_of(home, DAYS[13]), files_of(before, DAYS[6])
    assert (base_of(home), base_of(before)) == (DAYS[11], DAYS[4])
    assert {name: last[name] <= seventh[name] for name in STREAMS} == dict.fromkeys(STREAMS, True)
    assert last["trades"] <= 4
    assert query(home, SIGNALS) == query(before, SIGNALS)
