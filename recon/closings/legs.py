"""Which corporate actions have legs on both sides of a date, so that books must not begin there.

An action without the broker's group is known by its legs alone: books that begin between them
would wait for ever for the ones they never saw. Takes the archive; knows no warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from recon.archive.manifest import Fetch
from recon.archive.read import tables
from recon.closings.kinds import TYPE_COLUMNS, types_in_suspense

ONE_DAY = timedelta(days=1)
DAYS_BETWEEN_LEGS = timedelta(days=5)  # as in sql/events: legs of one action lie no further apart


def first_leg_cut_off(archive: Path, fetches: Sequence[Fetch], base: date) -> date | None:
    """The earliest day up to `base` of a leg that is followed, after `base`, by another of the same
    group, or soon by another of the same account and kind of action. None where there is none."""
    grouped = _legs(archive, fetches, base + ONE_DAY, date.max)
    groups = {leg.group_id for leg in grouped if leg.group_id}
    earlier = _legs(archive, fetches, date.min, base) if groups else ()
    days = [leg.day for leg in earlier if leg.group_id in groups]
    before: dict[tuple[str, str], list[date]] = {}
    after: dict[tuple[str, str], list[date]] = {}
    for leg in _legs(archive, fetches, base - DAYS_BETWEEN_LEGS, base + DAYS_BETWEEN_LEGS):
        (before if leg.day <= base else after).setdefault(leg.action, []).append(leg.day)
    for action, legs in before.items():
        if action in after and min(after[action]) - max(legs) <= DAYS_BETWEEN_LEGS:
            days.append(min(legs))
    return min(days, default=None)


@dataclass(frozen=True)
class Leg:
    """An activity that waits in suspense for others; `action` is its account and kind."""

    action: tuple[str, str]
    group_id: str | None
    day: date


def _legs(archive: Path, fetches: Sequence[Fetch], first: date, last: date) -> Iterator[Leg]:
    """Every leg that is booked on those days."""
    types = pa.array(sorted(types_in_suspense()))
    for stream, type_column in TYPE_COLUMNS.items():
        columns = ["account_id", type_column, "group_id", "system_date"]
        near = (fetch.within(str(first), str(last)) for fetch in fetches)
        for table in tables(archive, near, stream, columns):
            of_type = table.filter(pc.is_in(table[type_column], value_set=types))
            for account_id, entry_type, group_id, day in zip(
                *(of_type[name].to_pylist() for name in columns), strict=True
            ):
                if day is not None and first <= day <= last:
                    kind = "OPTION" if entry_type.startswith("OP") else entry_type
                    yield Leg((account_id or "", kind), group_id, day)
