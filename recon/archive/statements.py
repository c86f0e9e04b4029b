"""The broker's end-of-day statements into the archive: what it says of positions and cash.

Takes a broker and a system date; archives pages and accounts as the exact JSON texts. Of these
the broker serves its last trading day only, so a night that did not read them cannot do it later;
the totals per security it serves of any day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from recon.archive.columns import Row, read_lines_row, read_row
from recon.archive.contents import content_hash
from recon.archive.coverage import is_covered
from recon.archive.manifest import Fetch, append, next_number, read_manifest
from recon.archive.population import (
    ANSWERED,
    LATER,
    LISTED,
    NO_ANSWER,
    OTHER_DATE,
    UNKNOWN,
    Account,
    as_rows,
    beginnings,
    known_accounts,
)
from recon.archive.read import archived
from recon.archive.segment import read_texts, write_segment
from recon.feeds.broker import Broker
from recon.feeds.statements import AccountsUnanswered, read_aggregate, read_cash, read_positions
from recon.feeds.streams import EOD_ACCOUNTS, EOD_AGGREGATE, EOD_CASH, EOD_POSITIONS, Stream
from recon.window import Window, as_z, day_start

ACCOUNTS_PER_SEGMENT = 500


@dataclass(frozen=True)
class Asked:
    """What came of asking each known account for its balance of one date."""

    answers: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each answer."""
        return dict(sorted(Counter(self.answers.values()).items()))

    def those(self, answer: str) -> list[str]:
        """The accounts of which that came, in order."""
        return sorted(account for account, came in self.answers.items() if came == answer)


def archive_positions(
    broker: Broker, archive: Path, system_date: date, *, started_at: str
) -> Fetch:
    """Read every page of the positions statement. Pages that equal the last reading are not
    written again. Raises IncompleteError if the broker serves another date."""
    rows = [read_row(EOD_POSITIONS, page) for page in read_positions(broker, system_date)]
    return _record_whole(archive, EOD_POSITIONS, system_date, rows, started_at)


def archive_aggregate(
    broker: Broker, archive: Path, system_date: date, *, started_at: str
) -> Fetch:
    """Read the broker's totals per security. An answer that equals the last one is not written
    again. Raises BrokerError where the broker gives none, IncompleteError for a cut one."""
    row = read_lines_row(EOD_AGGREGATE, read_aggregate(broker, system_date), system_date)
    return _record_whole(archive, EOD_AGGREGATE, system_date, [row], started_at)


def archive_cash(
    broker: Broker,
    archive: Path,
    system_date: date,
    *,
    at_once: int,
    started_at: str,
    more_accounts: Collection[str] = (),
    progress: Callable[[int], None] = lambda count: None,
) -> Asked:
    """Ask the balance of every account that any source knows of by that date, unless it is archived
    already; `more_accounts` are known from the user.

    What came is written every few hundred accounts, so that a broken night goes on where it
    stopped; the line that ends `complete` says that every account was asked and answered for that
    date, or is unknown to the broker. Who was known and what came is recorded before it. Raises
    AccountsUnanswered.
    """
    known = known_accounts(archive, read_manifest(archive), system_date)
    for account_id in more_accounts:
        known.setdefault(account_id, Account()).see(LISTED, None)
    answers = {
        account_id: LATER if account.is_later_than(system_date) else NO_ANSWER
        for account_id, account in known.items()
    }
    answers |= dict.fromkeys(_accounts_with_cash(archive, system_date), ANSWERED)
    wanted = sorted(account_id for account_id, came in answers.items() if came == NO_ANSWER)
    rows: list[Row] = []

    def take(account_id: str, text: str | None) -> None:
        answers[account_id] = UNKNOWN
        if text is not None:
            rows.append(read_row(EOD_CASH, text))
            answers[account_id] = ANSWERED if system_date in rows[-1].values else OTHER_DATE
        progress(1)
        if len(rows) == ACCOUNTS_PER_SEGMENT:
            _record(archive, EOD_CASH, system_date, rows, len(rows), "partial", started_at)
            rows.clear()

    unanswered: AccountsUnanswered | None = None
    try:
        read_cash(broker, wanted, at_once=at_once, take=take)
    except AccountsUnanswered as error:
        unanswered = error
    except BaseException:
        if rows:
            _record(archive, EOD_CASH, system_date, rows, len(rows), "partial", started_at)
        raise
    begins = beginnings(archive, read_manifest(archive), known)
    record = as_rows(system_date, known, answers, begins)
    _record_whole(archive, EOD_ACCOUNTS, system_date, record, started_at)
    ended = "other_date" if OTHER_DATE in answers.values() else "complete"
    ended = "unanswered" if unanswered else ended
    if wanted or not is_covered(read_manifest(archive), EOD_CASH.name, _day(system_date)):
        _record(archive, EOD_CASH, system_date, rows, len(rows), ended, started_at)
    if unanswered:
        raise unanswered
    return Asked(answers)


def _record_whole(
    archive: Path, stream: Stream, system_date: date, rows: Sequence[Row], started_at: str
) -> Fetch:
    """Record a whole reading; what the last one of that date brought is not written again."""
    new = [] if _is_last(archive, stream, system_date, rows) else rows
    return _record(archive, stream, system_date, new, len(rows), "complete", started_at)


def _record(
    archive: Path,
    stream: Stream,
    system_date: date,
    rows: Sequence[Row],
    received: int,
    ended: str,
    started_at: str,
) -> Fetch:
    fetches = read_manifest(archive)
    number = next_number(fetches)
    segments = (
        (write_segment(archive / stream.name, f"{number:06d}-0000", stream, rows),) if rows else ()
    )
    fetch = Fetch(
        fetch=number,
        stream=stream.name,
        since=as_z(_day(system_date).since),
        until=as_z(_day(system_date).until),
        ended=ended,
        received=received,
        new=len(rows),
        duplicates=received - len(rows),
        started_at=started_at,
        segments=segments,
    )
    append(archive, fetch)
    return fetch


def _day(system_date: date) -> Window:
    return Window(day_start(system_date), day_start(system_date + timedelta(days=1)))


def _is_last(archive: Path, stream: Stream, system_date: date, rows: Sequence[Row]) -> bool:
    """Whether it is what was last written of that statement for that date, in any spelling."""
    since = as_z(day_start(system_date))
    written = [
        fetch
        for fetch in read_manifest(archive)
        if fetch.stream == stream.name and fetch.since == since and fetch.segments
    ]
    last = written[-1:]
    hashes = [row["payload_hash"] for row in archived(archive, last, stream.name, ["payload_hash"])]
    if len(hashes) != len(rows) or hashes == [row.payload_hash for row in rows]:
        return len(hashes) == len(rows)
    texts = (
        text
        for fetch in last
        for segment in fetch.segments
        for text in read_texts(archive / stream.name, segment)
    )
    pairs = zip(texts, rows, strict=True)
    return all(content_hash(text) == content_hash(row.text) for text, row in pairs)


def _accounts_with_cash(archive: Path, system_date: date) -> set[str]:
    """Accounts whose balances as of that date are archived."""
    day = str(system_date)
    near = (fetch.within(day, day) for fetch in read_manifest(archive))
    rows = archived(archive, near, EOD_CASH.name, ["account_id", "balance_asof"])
    return {row["account_id"] for row in rows if row["balance_asof"] == system_date}
