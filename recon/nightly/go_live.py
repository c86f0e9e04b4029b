"""The day of going live: the broker's statement of one day opens the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pendulum

from recon.archive.archive import Archive
from recon.archive.columns import parse_json
from recon.archive.coverage import is_covered
from recon.archive.manifest import OPENING
from recon.archive.population import OTHER_DATE, UNKNOWN
from recon.archive.required_inputs import to_read
from recon.archive.statements import Asked, archive_cash, archive_positions
from recon.errors import IncompleteError, UsageError
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerRefused
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import ACCOUNT_STATUS, EOD_CASH, EOD_POSITIONS
from recon.nightly.fetch import NOT_GIVEN
from recon.nightly.lock import locked
from recon.nightly.progress import Progress
from recon.nightly.reader import Reader
from recon.nightly.ready import Wait, wait_until_ready
from recon.settings import Settings
from recon.window import as_z, day_start


@dataclass(frozen=True)
class Opened:
    """What the books begin with: how many accounts have positions, cash without any, or neither;
    which ones the broker did not know; and whether it reported every account's life."""

    with_positions: int
    with_cash_only: int
    empty: int
    unknown: Sequence[str]
    status_read: bool

    @property
    def accounts(self) -> int:
        """How many accounts the broker gave a balance of."""
        return self.with_positions + self.with_cash_only + self.empty


def open_books(
    broker: Broker,
    settings: Settings,
    system_date: date,
    now: pendulum.DateTime,
    *,
    wait_seconds: float,
    accounts: frozenset[str],
    progress: Progress,
) -> Opened:
    """Take the statement of a date as the opening of the books.

    Every account that the account stream, the user's file, the positions, what is archived, or
    `accounts` name is asked for its cash. Raises IncompleteError, and opens nothing, if one of them
    gives no balance of that date.
    """
    wait = Wait(wait_seconds)
    with locked(settings.home, now) as archive:
        _refuse_opened(archive)
        reader = Reader(broker, archive, settings, now, progress)
        reader.bring_in()
        ready = wait_until_ready(reader, system_date, wait)
        status_read = _read_account_status(reader, system_date, ready)
        archive_positions(broker, archive, system_date)
        with progress.tracked("cash statements") as count:
            asked = archive_cash(
                broker,
                archive,
                system_date,
                at_once=settings.calls_at_once,
                more_accounts=accounts,
                count=count,
            )
        _refuse_other_dates(asked, system_date)
        opened = _opened(archive, system_date, asked, status_read=status_read)
        at = as_z(day_start(system_date))
        archive.record(OPENING, at, at, StreamEnd("complete", 0, 0, 0, ()))
        return opened


def _refuse_opened(archive: Archive) -> None:
    opened = archive.opening_date
    if opened is not None:
        raise UsageError(
            expected="books that are not open yet",
            seen=f"the statement of {opened} opens them",
            where=str(archive.folder),
            next_step="go on with `recon run`, or begin with another RECON_HOME",
        )


def _read_account_status(reader: Reader, system_date: date, ready: pendulum.DateTime) -> bool:
    """Read the account stream as each night does; gives whether it was wanted and given."""
    name, settings = ACCOUNT_STATUS.name, reader.settings
    if name not in settings.streams:
        return False
    window = to_read(reader.archive.fetches, name, system_date, ready, settings.lookback_days)
    try:
        reader.replay(ACCOUNT_STATUS, window)
    except AnswerRefused as refusal:
        if refusal.status not in NOT_GIVEN:
            raise
        return False
    if not is_covered(reader.archive.fetches, name, window):
        raise IncompleteError(
            expected=f"the account stream to its end, {window}",
            seen="a reading that is not proven whole",
            where=settings.broker_url,
            next_step="nothing is opened: run the same command again, or leave account_status out"
            " of RECON_STREAMS and list your accounts in RECON_ACCOUNTS_FILE",
        )
    return True


def _refuse_other_dates(asked: Asked, system_date: date) -> None:
    others = asked.those(OTHER_DATE)
    if others:
        raise IncompleteError(
            expected=f"balances as of {system_date}",
            seen=f"another date for {len(others)} accounts: {', '.join(others[:5])}",
            where="the broker's trading accounts",
            next_step="nothing is opened: open with the broker's last trading day, after 02:30 in"
            " New York; if some accounts stay behind, ask the broker about them",
        )


def _opened(archive: Archive, system_date: date, asked: Asked, *, status_read: bool) -> Opened:
    """Count what the archived statements of that date say."""
    day = str(system_date)
    fetches = [fetch.within(day, day) for fetch in archive.fetches]
    pages = archive.rows(EOD_POSITIONS, ["statement_date", "positions"], fetches)
    holding = {
        account_id
        for page in pages
        if page["statement_date"] == system_date
        for account_id, lines in parse_json(page["positions"] or "{}").items()
        if lines
    }
    balances = archive.rows(EOD_CASH, ["account_id", "balance_asof", "last_cash"], fetches)
    cash = {b["account_id"]: b["last_cash"] for b in balances if b["balance_asof"] == system_date}
    alone = [amount for account_id, amount in cash.items() if account_id not in holding]
    return Opened(
        with_positions=len(holding),
        with_cash_only=sum(amount != 0 for amount in alone),
        empty=sum(amount == 0 for amount in alone),
        unknown=asked.those(UNKNOWN),
        status_read=status_read,
    )
