"""Where the notebook is, and the reports that it is compared with."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from tests.nightly.nights import TUESDAY, Home
from tests.test_shape import ROOT

NOTEBOOK = ROOT / "notebooks" / "after_a_bad_night.py"
Run = Callable[..., tuple[list[Any], Any]]


def report(home: Home, name: str) -> list[dict[str, str]]:
    """A report of Tuesday's night as rows."""
    path = home.path / "reports" / str(TUESDAY) / name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lost_fill(home: Home) -> dict[str, str]:
    """The break that a reader would choose: where the broker's position jumps."""
    (row,) = (
        row
        for row in report(home, "discrepancies.csv")
        if row["rule"] == "trades/position_not_continuous"
    )
    return row
