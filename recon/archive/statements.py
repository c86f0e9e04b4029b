"""The broker's end-of-day statements into the archive: what it says of positions and cash.

Takes a broker and a system date; archives pages and accounts as the exact JSON texts. Of these
the broker serves its last trading day only, so a night that did not read them cannot do it later;
the totals per security it serves of any day.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from recon.archive.archive import Archive
from recon.archive.columns import Row, read_lines_row, read_row
from recon.archive.contents import content_hash
from recon.archive.coverage import is_covered
from recon.archive.intake import Count
from recon.archive.manifest import Fetch
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
from recon.archive.spool import SEGMENT_CHARACTERS, Spool, in_segments
from recon.errors import IncompleteError
from recon.feeds.balances import AccountsUnanswered, read_cash
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerTooLarge
from recon.feeds.statements import (
    ACCOUNTS_PER_PAGE,
    PAGE_BYTES_MAX,
    read_aggregate,
    read_positions,
)
from recon.feeds.stream_end import StreamEnd
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


def archive_positions(broker: Broker, archive: Archive, system_date: date) -> Fetch:
    """Read every page of the positions statement. Pages that equal the last reading are not
    written again. Raises IncompleteError if the broker serves another date, or too much."""
    for accounts_per_page in ACCOUNTS_PER_PAGE:
        with Spool(archive.folder) as spool, contextlib.suppress(AnswerTooLarge):
            for page in read_positions(broker, system_date, accounts_per_page=accounts_per_page):
                spool.add(page)
            return _record_pages(archive, system_date, spool)
    raise IncompleteError(
        expected=f"pages of at most {PAGE_BYTES_MAX} bytes",
        seen="a larger one, of a single account",
        where=f"the broker's positions statement of {system_date}",
        next_step="ask the broker; the night is not certified without it",
    )


def _record_pages(archive: Archive, system_date: date, spool: Spool) -> Fetch:
    segments = []
    if not _is_last(archive, EOD_POSITIONS, system_date, spool.hashes, spool):
        groups = in_segments(EOD_POSITIONS, spool)
        segments = [archive.write(EOD_POSITIONS, rows, part) for part, rows in enumerate(groups)]
    end = StreamEnd("complete", len(spool.hashes), 0, 0, ())
    day = _day(system_date)
    return archive.record(EOD_POSITIONS.name, as_z(day.since), as_z(day.until), end, segments)


def archive_aggregate(broker: Broker, archive: Archive, system_date: date) -> Fetch:
    """Read the broker's totals per security. An answer that equals the last one is not written
    again. Raises BrokerError where the broker gives none, IncompleteError for a cut one."""
    row = read_lines_row(EOD_AGGREGATE, read_aggregate(broker, system_date), system_date)
    return _record_whole(archive, EOD_AGGREGATE, system_date, [row])


def archive_cash(
    broker: Broker,
    archive: Archive,
    system_date: date,
    *,
    at_once: int,
    more_accounts: Collection[str] = (),
    count: Count = lambda count: None,
) -> Asked:
    """Ask the balance of every account that any source knows of by that date, unless it is archived
    already; `more_accounts` are known from the user.

    What came is written every few hundred accounts, so that a broken night goes on where it
    stopped; the line that ends `complete` says that every account was asked and answered for that
    date, or is unknown to the broker. Who was known and what came is recorded before it. Raises
    AccountsUnanswered.
    """
    known = known_accounts(archive, system_date)
    for account_id in more_accounts:
        known.setdefault(account_id, Account()).see(LISTED, None)
    balances = _Balances(archive, system_date, _answers_before(archive, system_date, known), count)
    answers, unanswered = balances.answers, None
    wanted = sorted(account_id for account_id, came in answers.items() if came == NO_ANSWER)
    try:
        read_cash(broker, wanted, at_once=at_once, take=balances.take)
    except AccountsUnanswered as error:
        unanswered = error
    except BaseException:
        balances.keep()
        raise
    record = as_rows(system_date, known, answers, beginnings(archive, known))
    _record_whole(archive, EOD_ACCOUNTS, system_date, record)
    ended = "other_date" if OTHER_DATE in answers.values() else "complete"
    if wanted or not is_covered(archive.fetches, EOD_CASH.name, _day(system_date)):
        balances.record("unanswered" if unanswered else ended)
    if unanswered:
        raise unanswered
    return Asked(answers)


@dataclass
class _Balances:
    """Balances on their way into the archive, and what came of asking each account so far."""

    archive: Archive
    system_date: date
    answers: dict[str, str]
    count: Count
    rows: list[Row] = field(default_factory=list)
    size: int = 0

    def take(self, account_id: str, text: str | None) -> None:
        """The answer of one account; None where the broker does not know it."""
        self.answers[account_id] = UNKNOWN
        if text is not None:
            row = read_row(EOD_CASH, text)
            self.rows.append(row)
            self.answers[account_id] = ANSWERED if self.system_date in row.values else OTHER_DATE
            self.size += len(text)
        self.count(1)
        if len(self.rows) == ACCOUNTS_PER_SEGMENT or self.size > SEGMENT_CHARACTERS:
            self.keep()

    def keep(self) -> None:
        """Archive what came since the last time, if anything did."""
        if self.rows:
            self.record("partial")

    def record(self, ended: str) -> None:
        """Archive what came since the last time, as a reading that ended so."""
        _record(self.archive, EOD_CASH, self.system_date, self.rows, len(self.rows), ended)
        self.rows, self.size = [], 0


def _answers_before(
    archive: Archive, system_date: date, known: Mapping[str, Account]
) -> dict[str, str]:
    """Whose balance of that date is archived already, who is not asked for it, and who is."""
    answers = {
        account_id: LATER if account.is_later_than(system_date) else NO_ANSWER
        for account_id, account in known.items()
    }
    return answers | dict.fromkeys(_accounts_with_cash(archive, system_date), ANSWERED)


def _record_whole(
    archive: Archive, stream: Stream, system_date: date, rows: Sequence[Row]
) -> Fetch:
    """Record a whole reading; what the last one of that date brought is not written again."""
    hashes, texts = [row.payload_hash for row in rows], [row.text for row in rows]
    new = [] if _is_last(archive, stream, system_date, hashes, texts) else rows
    return _record(archive, stream, system_date, new, len(rows), "complete")


def _record(
    archive: Archive,
    stream: Stream,
    system_date: date,
    rows: Sequence[Row],
    received: int,
    ended: str,
) -> Fetch:
    day = _day(system_date)
    segments = [archive.write(stream, rows)] if rows else []
    end = StreamEnd(ended, received, 0, 0, ())
    return archive.record(stream.name, as_z(day.since), as_z(day.until), end, segments)


def _day(system_date: date) -> Window:
    return Window(day_start(system_date), day_start(system_date + timedelta(days=1)))


def _is_last(
    archive: Archive,
    stream: Stream,
    system_date: date,
    hashes: Sequence[str],
    texts: Iterable[str],
) -> bool:
    """Whether it is what was last written of that statement for that date, in any spelling."""
    since = as_z(day_start(system_date))
    last = [each for each in archive.of(stream) if each.since == since and each.segments][-1:]
    before = [row["payload_hash"] for row in archive.rows(stream, ["payload_hash"], last)]
    if len(before) != len(hashes) or before == hashes:
        return len(before) == len(hashes)
    earlier = (
        text
        for fetch in last
        for segment in fetch.segments
        for text in archive.texts(stream, segment)
    )
    pairs = zip(earlier, texts, strict=True)
    return all(content_hash(one) == content_hash(other) for one, other in pairs)


def _accounts_with_cash(archive: Archive, system_date: date) -> set[str]:
    """Accounts whose balances as of that date are archived."""
    day = str(system_date)
    near = [fetch.within(day, day) for fetch in archive.of(EOD_CASH)]
    rows = archive.rows(EOD_CASH, ["account_id", "balance_asof"], near)
    return {row["account_id"] for row in rows if row["balance_asof"] == system_date}
