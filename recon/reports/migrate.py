"""What the older streams and the activity stream report otherwise: before one replaces the other.

Takes the archive, gives every id that differs or that only one of them has, and totals per type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from recon.archive.archive import Archive
from recon.archive.coverage import covered
from recon.archive.manifest import Fetch
from recon.errors import UsageError
from recon.feeds.streams import ACTIVITIES, NTA, TRADES, TRADES_V1
from recon.ledger.post import post_night
from recon.paths import sql_of
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night
from recon.window import NEW_YORK

FIRST_ACTIVITY = date(2026, 2, 11)  # the activity stream has nothing from before
# The views of what two streams report under one id, of everything that is archived.
PAIRED = frozenset({"paired_activities", "paired_executions"})
OLDER = {"nta": (NTA.name,), "trades": (TRADES.name, TRADES_V1.name)}


@dataclass(frozen=True)
class Difference:
    """One id. `only_in` is the stream that alone has it, else `fields` names what differs."""

    pair: str
    type: str
    identity: str
    account_id: str
    system_date: date
    only_in: str | None
    fields: list[str]


@dataclass(frozen=True)
class Total:
    """How many ids of one type both streams have, how many of them differ, and the rest."""

    pair: str
    type: str
    both: int
    differing: int
    only_older: int
    only_activities: int


@dataclass(frozen=True)
class Migration:
    """What was compared over which system dates, both included; `missing` streams were not."""

    since: date
    until: date
    missing: list[str]
    totals: list[Total]
    differences: list[Difference]


def compare(archive: Archive, since: date | None, until: date | None) -> Migration:
    """Compare the streams of an archive, by default where all of them are proven complete.

    Raises UsageError where the archive has nothing to compare, SegmentDamaged on a wrong hash.
    """
    archived = {fetch.stream for fetch in archive.fetches if fetch.segments}
    pairs = [pair for pair, streams in OLDER.items() if archived & set(streams)]
    if ACTIVITIES.name not in archived or not pairs:
        raise UsageError(
            expected="activities in the archive, and beside them nta or trades",
            seen=", ".join(sorted(archived)) or "no events",
            where=str(archive.folder),
            next_step="read the missing stream with RECON_STREAMS, or bring it in with"
            " `recon ingest`",
        )
    begin, end = _proven(archive.fetches, pairs)
    begin, end = since or begin, until or end
    with connect(MEMORY) as connection:
        load_events(connection, archive.folder, archive.fetches)
        show_night(connection, date.max, None)
        post_night(connection, date.max, wanted=PAIRED)
        sql = sql_of("migrate/differences")
        rows = connection.execute(sql, {"since": begin, "until": end}).fetchall()
    found = [each for each in (Difference(*row) for row in rows) if each.pair in pairs]
    missing = [pair for pair in OLDER if pair not in pairs]
    differing = [each for each in found if each.only_in or each.fields]
    return Migration(begin, end, missing, _totals(found), differing)


def _proven(fetches: Sequence[Fetch], pairs: Sequence[str]) -> tuple[date, date]:
    """The system dates that lie in a proven stretch of every stream that is compared."""
    streams = [ACTIVITIES.name, *pairs]
    parts = [stretches for name in streams if (stretches := covered(fetches, name))]
    # A stretch that begins within a day has not the whole of it.
    begins = [
        stretches[0].since.subtract(microseconds=1).in_timezone(NEW_YORK).date() + timedelta(days=1)
        for stretches in parts
    ]
    ends = [stretches[-1].until.in_timezone(NEW_YORK).date() for stretches in parts]
    last = min([date.max, *ends])  # of which the night may be under way
    return max([FIRST_ACTIVITY, *begins]), last if last == date.max else last - timedelta(days=1)


def _totals(found: Sequence[Difference]) -> list[Total]:
    kinds = sorted({(each.pair, each.type) for each in found})
    totals = []
    for pair, kind in kinds:
        of_kind = [each for each in found if (each.pair, each.type) == (pair, kind)]
        both = [each for each in of_kind if each.only_in is None]
        newer = sum(each.only_in == ACTIVITIES.name for each in of_kind)
        differing = sum(bool(each.fields) for each in both)
        only_older = len(of_kind) - len(both) - newer
        totals.append(Total(pair, kind, len(both), differing, only_older, newer))
    return totals
