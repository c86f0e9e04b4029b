"""Who there is: every account that anything in the archive names, by what, and since when.

Takes the archive; gives accounts. Each night records what it found of them, so that the next one
looks only at what was archived since: without that record the whole archive says the same.
"""

from __future__ import annotations

import bisect
import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from recon.archive.archive import Archive
from recon.archive.columns import Row, exact_json, parse_json, read_row
from recon.archive.manifest import Fetch
from recon.archive.segment import EVENING
from recon.calendar import sessions
from recon.feeds.streams import (
    ACCOUNT_MAP,
    ACCOUNT_STATUS,
    ADMIN_ACTION,
    BOOKED,
    EOD_ACCOUNTS,
    EOD_CASH,
    EOD_POSITIONS,
    FUNDING_STATUS,
    IPO,
    TRANSFER_STATUS,
    Stream,
)
from recon.window import new_york_date

NAMING = (*BOOKED, ACCOUNT_STATUS, TRANSFER_STATUS, FUNDING_STATUS, IPO)
LISTED = "listed"  # named with `recon open --accounts`
UNDATED = {ACCOUNT_MAP.name, LISTED}
# What came of asking for a balance. Who is first named after the date is not asked for it.
ANSWERED, UNKNOWN, OTHER_DATE, NO_ANSWER, LATER = (
    "answered", "unknown to the broker", "balance of another date", "no answer", "later",
)  # fmt: skip
DAYS = ("system_date", "balance_asof")


@dataclass
class Account:
    """What the archive says of one account: which streams name it, the first system date of which
    they do, and that of the event by which it came from no status at all."""

    sources: set[str] = field(default_factory=set)
    first_named: datetime.date | None = None
    opened_on: datetime.date | None = None

    def see(self, source: str, day: datetime.date | None) -> None:
        """Take in that a source names it, of that day."""
        self.sources.add(source)
        self.first_named = _earlier(self.first_named, day)

    def is_later_than(self, day: datetime.date) -> bool:
        """Whether nothing up to that system date knew of it."""
        after = self.first_named is not None and self.first_named > day
        return after and not self.sources & UNDATED


def known_accounts(archive: Archive, system_date: datetime.date) -> dict[str, Account]:
    """Every account that any source names, by its id. Balances count that are of an earlier date
    than this one: those of the date itself are what the accounts are asked for."""
    recorded = [fetch for fetch in archive.of(EOD_ACCOUNTS) if fetch.segments][-1:]
    found = defaultdict(Account, _recorded(archive, recorded))
    newer = [f for f in archive.fetches if not recorded or f.fetch > recorded[0].fetch]
    for stream in NAMING:
        for table in archive.tables(stream, _columns(stream), newer):
            for account_id, day in _first_days(table):
                found[account_id].see(stream.name, day)
    for table in archive.tables(ACCOUNT_STATUS, _columns(ACCOUNT_STATUS), newer):
        for account_id, day in _first_days(_openings(table)):
            found[account_id].opened_on = _earlier(found[account_id].opened_on, day)
    for stream_name, account_id, day in _named_otherwise(archive, newer):
        found[account_id].see(stream_name, day)
    since = recorded[0].segments[0].first_day if recorded else ""
    for account_id, day in _answered_before(archive, since, system_date):
        found[account_id].see(EOD_CASH.name, day)
    return {account_id: account for account_id, account in found.items() if account_id}


def beginnings(archive: Archive, known: Mapping[str, Account]) -> dict[str, str]:
    """Where the cash of each account begins in books that a statement opened: with the `statement`;
    at `zero`, since the broker knew no such account then or it was opened after; or `unknown`.
    Nothing in books that begin at zero."""
    opened = archive.opening_date
    if opened is None:
        return {}
    that_day = [fetch.within(str(opened), str(opened)) for fetch in archive.fetches]
    stated = {
        row["account_id"]
        for row in archive.rows(EOD_CASH, ["account_id", *DAYS[1:], "last_cash"], that_day)
        if row["balance_asof"] == opened and row["last_cash"] is not None
    }
    answers = archive.rows(EOD_ACCOUNTS, ["account_id", "statement_date", "answer"], that_day)
    absent = {
        row["account_id"]
        for row in answers
        if row["statement_date"] == opened and row["answer"] == UNKNOWN
    }
    return {
        account_id: "statement" if account_id in stated
        else "zero" if account_id in absent or _is_new(account, opened)
        else "unknown"
        for account_id, account in known.items()
    }  # fmt: skip


def as_rows(
    system_date: datetime.date,
    known: Mapping[str, Account],
    answers: Mapping[str, str],
    begins: Mapping[str, str],
) -> list[Row]:
    """The record of a night: each known account, and what came of asking for its balance."""
    return [
        read_row(
            EOD_ACCOUNTS,
            exact_json(
                {
                    "statement_date": str(system_date),
                    "account_id": account_id,
                    "answer": answers[account_id],
                    "begins": begins.get(account_id),
                    "sources": sorted(account.sources),
                    "first_named": _text(account.first_named),
                    "opened_on": _text(account.opened_on),
                }
            ),
        )
        for account_id, account in sorted(known.items())
    ]


def _recorded(archive: Archive, record: Collection[Fetch]) -> Iterator[tuple[str, Account]]:
    """What the last record says; but who is in the user's file is read from the file."""
    columns = ["account_id", "sources", "first_named", "opened_on"]
    for row in archive.rows(EOD_ACCOUNTS, columns, record):
        sources = set(parse_json(row["sources"])) - {ACCOUNT_MAP.name}
        if sources:
            yield row["account_id"], Account(sources, row["first_named"], row["opened_on"])


def _named_otherwise(
    archive: Archive, newer: Sequence[Fetch]
) -> Iterator[tuple[str, str, datetime.date | None]]:
    """Accounts in pages of positions, in actions of the broker's staff, in the user's last file."""
    for row in archive.rows(EOD_POSITIONS, ["positions", "statement_date"], newer):
        for account_id in parse_json(row["positions"] or "{}"):
            yield EOD_POSITIONS.name, account_id, row["statement_date"]
    columns = ["belongs_to_kind", "belongs_to_id", "belongs_to"]
    for row in archive.rows(ADMIN_ACTION, columns, newer):
        whole = parse_json(row["belongs_to"] or "null")
        whom = whole if isinstance(whole, dict) else {}
        account_id = row["belongs_to_id"] or whom.get("value")
        if "account" in (row["belongs_to_kind"], whom.get("kind")) and isinstance(account_id, str):
            yield ADMIN_ACTION.name, account_id, None
    for row in archive.rows(ACCOUNT_MAP, ["account_id"], archive.of(ACCOUNT_MAP)[-1:]):
        yield ACCOUNT_MAP.name, row["account_id"], None


def _answered_before(
    archive: Archive, since: str, system_date: datetime.date
) -> Iterator[tuple[str, datetime.date]]:
    """Whose balance was read as of a date before that one, and not before `since`."""
    near = [fetch.within(since, str(system_date)) for fetch in archive.of(EOD_CASH)]
    for table in archive.tables(EOD_CASH, ["account_id", "balance_asof"], near):
        earlier = table.filter(pc.less(table["balance_asof"], pa.scalar(system_date)))
        for account_id, day in _first_days(earlier):
            if day is not None:
                yield account_id, day


def _columns(stream: Stream) -> list[str]:
    wanted = ("account_id", *DAYS, "event_at", "status_from", "status_to")
    return [column.name for column in stream.columns if column.name in wanted]


def _openings(table: pa.Table) -> pa.Table:
    """Of account events, those that bring a status where there was none."""
    came, left = (pc.fill_null(table[name], "") for name in ("status_to", "status_from"))
    return table.filter(pc.and_(pc.not_equal(came, ""), pc.equal(left, "")))


def _first_days(table: pa.Table) -> Iterator[tuple[str, datetime.date | None]]:
    """Each account of a segment, and the first system date of its events there."""
    if "event_at" in table.column_names:
        instants = table["event_at"].cast(pa.int64())
        table = table.set_column(table.column_names.index("event_at"), "event_at", instants)
    days = [name for name in (*DAYS, "event_at") if name in table.column_names]
    firsts = table.group_by("account_id").aggregate([(name, "min") for name in days])
    for row in firsts.to_pylist():
        day = next((row[f"{n}_min"] for n in days if row[f"{n}_min"] is not None), None)
        yield row["account_id"], _session(day) if isinstance(day, int) else day


def _session(instant: int) -> datetime.date:
    """The system date of an instant in nanoseconds: from 20:00 in New York on, the next session."""
    day = new_york_date(instant + EVENING)
    place = bisect.bisect_left(sessions(), day)
    return sessions()[place] if place < len(sessions()) else day


def _is_new(account: Account, opened: datetime.date) -> bool:
    """Whether it was opened after that date, and nothing names it before."""
    named = account.first_named or account.opened_on
    return (
        account.opened_on is not None
        and named is not None
        and min(account.opened_on, named) > opened
    )


def _earlier(one: datetime.date | None, other: datetime.date | None) -> datetime.date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _text(day: datetime.date | None) -> str | None:
    return None if day is None else str(day)
