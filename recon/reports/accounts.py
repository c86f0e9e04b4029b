"""The account reference of any date: each account's state, and the events that brought it there.

Read from the archive alone, so no night needs to have run: only the streams that tell of accounts
are loaded, into a warehouse in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from recon.archive.archive import Archive
from recon.errors import UsageError
from recon.feeds.streams import ACCOUNT_MAP, ACCOUNT_STATUS, UPVEST
from recon.ledger.post import post_night
from recon.paths import sql_of
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night

STREAMS = (ACCOUNT_STATUS.name, UPVEST.name, ACCOUNT_MAP.name)
# The account, and the one that the user's list names beside it at the other broker.
ASKED_FOR = """
select $account_id as account_id
union
select account_id from account_map where upvest_account_id = $account_id
union
select upvest_account_id from account_map
where account_id = $account_id and upvest_account_id is not null
"""
# Its events, and of the account named beside it.
EVENTS = """
select
    broker, account_id, event_at::varchar as event_at, system_date::varchar as system_date,
    event_id, coalesce(status_from, '') as status_from, coalesce(status_to, '') as status_to,
    changed
from account_history
where account_id in (from asked_for)
order by broker, account_id, step
"""


@dataclass(frozen=True)
class Reference:
    """Accounts as they stood, and the events of the one that was asked for.

    An event of Alpaca's has the statuses that were sent in it, none where it is about other things;
    one of Upvest's shows the whole object, so its `status_from` is that of the event before.
    """

    accounts: list[dict[str, str]]
    events: list[dict[str, str]]


def read_reference(archive: Archive, day: date | None, account_id: str | None) -> Reference:
    """The accounts of both brokers at the end of that system date, or as they were last reported.

    With an account only that one, the one that the user's list names beside it, and their events.
    Raises UsageError where nothing is archived of it, SegmentDamaged on a wrong hash.
    """
    fetches = [fetch for fetch in archive.fetches if fetch.stream in STREAMS]
    if not any(fetch.segments for fetch in fetches):
        raise _unknown("account events in the archive", "none", str(archive.folder))
    with connect(MEMORY) as connection:
        load_events(connection, archive.folder, fetches)
        show_night(connection, day or date.max, None)
        post_night(connection, day or date.max, wanted={"accounts", "account_history"})
        accounts = _rows(connection.sql(sql_of("reports/accounts")))
        if account_id is None:
            return Reference(accounts, [])
        connection.execute(
            f"create temp table asked_for as {ASKED_FOR}", {"account_id": account_id}
        )
        asked_for = {row["account_id"] for row in _rows(connection.table("asked_for"))}
        chosen = [row for row in accounts if row["account_id"] in asked_for]
        if not chosen:
            on = f" on {day}" if day else ""
            raise _unknown(f"an account that is known{on}", repr(account_id), str(archive.folder))
        return Reference(chosen, _rows(connection.sql(EVENTS)))


def _rows(relation: duckdb.DuckDBPyRelation) -> list[dict[str, str]]:
    """Rows of texts; null is the empty text."""
    names: Sequence[str] = relation.columns
    rows: list[tuple[Any, ...]] = relation.fetchall()
    return [
        {n: "" if v is None else str(v) for n, v in zip(names, row, strict=True)} for row in rows
    ]


def _unknown(expected: str, seen: str, where: str) -> UsageError:
    return UsageError(
        expected=expected,
        seen=seen,
        where=where,
        next_step="`recon run` reads what Alpaca tells, `recon ingest` and `recon webhook serve`"
        " take what Upvest delivers",
    )
