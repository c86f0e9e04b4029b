"""Where a night begins. Takes the stored closings, the archive and what is open; knows no
warehouse."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from recon.archive.manifest import Fetch
from recon.closings.legs import first_leg_cut_off
from recon.closings.referred import first_day_referred_to
from recon.closings.store import Closing, read_closing, still_valid
from recon.feeds.streams import BOOKED


def choose_base(
    folder: Path,
    closings: Mapping[str, Closing],
    archive: Path,
    fetches: Sequence[Fetch],
    sessions: Sequence[date],
    system_date: date,
    open_since: Iterable[date],
    lookback_sessions: int,
) -> list[Closing]:
    """The closing that a night begins with, then those right before it, newest first, as far back
    as their lines are kept; nothing for the beginning of the books.

    It lies some sessions back, and before everything that is still open was first seen; what a
    later event takes back was booked after it, or is in kept lines; nothing waits in suspense at
    it, and no action has legs on both sides of it, so that no leg is cut off from the others;
    nothing has been archived since that belongs to its days.
    """
    valid = {
        date.fromisoformat(day): closing
        for day, closing in closings.items()
        if still_valid(closing, fetches, [stream.name for stream in BOOKED])
    }
    before = [
        [day for day in sessions if day < first][-lookback_sessions:][0] for first in open_since
    ]
    while True:
        chosen = base_date(list(valid), sessions, system_date, lookback_sessions, before)
        if chosen is None:
            return []
        kept = _with_lines(valid, sessions, chosen)
        kept_since = date.fromisoformat(kept[-1].system_date) if kept else date.max
        earlier = first_day_referred_to(archive, fetches, chosen, kept_since)
        earlier = earlier or first_leg_cut_off(archive, fetches, chosen)
        if earlier is None and not _in_suspense(read_closing(folder, valid[chosen])):
            return kept or [valid[chosen]]
        before.append(earlier or chosen)


def _with_lines(
    closings: Mapping[date, Closing], sessions: Sequence[date], base: date
) -> list[Closing]:
    """The closings up to the base, newest first: one of each session while there are lines."""
    days = [day for day in reversed(sessions) if day <= base]
    kept = itertools.takewhile(lambda day: day in closings and closings[day].lines, days)
    return [closings[day] for day in kept]


def _in_suspense(balances: pa.Table) -> bool:
    return any(str(name).startswith("SUSP:") for name in balances["ledger_account"].to_pylist())


def base_date(
    candidates: Sequence[date], sessions: Sequence[date], system_date: date, lookback: int,
    must_precede: Iterable[date],
) -> date | None:  # fmt: skip
    """The closing a night begins with: the last one that lies `lookback` sessions before it, and
    before every date that must be looked at again. None: the beginning of the books. Pure."""
    before = [day for day in sessions if day < system_date]
    if len(before) < lookback:
        return None
    bound = min([before[-lookback], *must_precede])
    return max((day for day in candidates if day < bound), default=None)
