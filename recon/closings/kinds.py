"""What the table of activity types says of a type where no warehouse is at hand."""

from __future__ import annotations

import csv
import functools

from recon.feeds.streams import ACTIVITIES, NTA
from recon.resources import folder

TYPE_COLUMNS = {NTA.name: "entry_type", ACTIVITIES.name: "activity_type"}
WAITING = ("SUSP:CA", "SUSP:OPCA", "SUSP:OPT", "SUSP:UNCLASSIFIED")


@functools.cache
def types_in_suspense() -> frozenset[str]:
    """The types whose legs wait for each other. A journal is tied by its name and has no legs."""
    return frozenset(kind for kind, contra in _types() if contra in WAITING)


@functools.cache
def may_wait(kind: str | None) -> bool:
    """Whether an activity of that type may wait in suspense; an unknown type does."""
    return kind in types_in_suspense() or kind not in {known for known, _ in _types()}


def _types() -> list[tuple[str, str]]:
    """Every listed type, once per sub type, with its contra account."""
    with (folder("data") / "activity_types.csv").open(encoding="utf-8", newline="") as file:
        return [(row["entry_type"], row["contra"]) for row in csv.DictReader(file)]
