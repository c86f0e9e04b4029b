"""Which corporate actions have legs on both sides of a date, so that books must not begin there.

An action without the broker's group is known by its legs alone: books that begin between them
would wait for ever for the ones they never saw. Takes the archive; knows no warehouse.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from recon.archive.manifest import Fetch
from recon.archive.read import archived
from recon.feeds.streams import ACTIVITIES, NTA
from recon.resources import folder

DAYS_BETWEEN_LEGS = timedelta(days=5)  # as in sql/events: legs of one action lie no further apart
TYPE_COLUMNS = {NTA.name: "entry_type", ACTIVITIES.name: "activity_type"}


def first_leg_cut_off(archive: Path, fetches: Sequence[Fetch], base: date) -> date | None:
    """The earliest day up to `base` of a leg that is followed, soon and after `base`, by another of
    the same account and kind of action. None where there is no such leg."""
    types = _types_in_suspense()
    before: dict[tuple[str, str], list[date]] = {}
    after: dict[tuple[str, str], list[date]] = {}
    for account_id, entry_type, day in _legs(archive, fetches, base):
        if entry_type in types:
            action = "OPTION" if entry_type.startswith("OP") else entry_type
            (before if day <= base else after).setdefault((account_id, action), []).append(day)
    return min(
        (
            min(days)
            for action, days in before.items()
            if action in after and min(after[action]) - max(days) <= DAYS_BETWEEN_LEGS
        ),
        default=None,
    )


def _legs(archive: Path, fetches: Sequence[Fetch], base: date) -> Iterator[tuple[str, str, date]]:
    """Account, type and day of every activity booked within some days of the base."""
    first, last = base - DAYS_BETWEEN_LEGS, base + DAYS_BETWEEN_LEGS
    for stream, type_column in TYPE_COLUMNS.items():
        near = [fetch.within(str(first), str(last)) for fetch in fetches if fetch.stream == stream]
        columns = ["account_id", type_column, "system_date"]
        for row in archived(archive, near, stream, columns):
            day = row["system_date"]
            if day is not None and first <= day <= last:
                yield row["account_id"] or "", row[type_column] or "", day


def _types_in_suspense() -> set[str]:
    """The types whose legs wait for each other."""
    with (folder("data") / "activity_types.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    waiting = {row["entry_type"] for row in rows if row["contra"].startswith("SUSP:")}
    return waiting - {"JNLC", "JNLS"}  # a journal's name ties its sides
