"""The day of going live: the broker's statement of one day opens the books."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pendulum

from recon.archive.columns import parse_json
from recon.archive.coverage import is_covered
from recon.archive.manifest import OPENING, Fetch, append, next_number, opening_date, read_manifest
from recon.archive.population import OTHER_DATE, UNKNOWN
from recon.archive.read import archived
from recon.archive.statements import Asked, archive_cash, archive_positions
from recon.errors import IncompleteError, UsageError
from recon.feeds.broker import Broker
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import ACCOUNT_STATUS, EOD_CASH, EOD_POSITIONS
from recon.nightly.fetch import NOT_GIVEN, Tracked, replay_tracked, wait_until_ready
from recon.nightly.keeping import locked
from recon.nightly.required_inputs import to_read
from recon.nightly.run import bring_in
from recon.nightly.trigger import ready_at
from recon.settings import Settings
from recon.window import as_z, day_start


@dataclass(frozen=True)
class Opened:
    """What the books begin with: how many accounts have positions, cash without any, or neither;
    which ones the broker did not know; and whether it told of every account's life."""

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
    tracked: Tracked,
) -> Opened:
    """Take the statement of a date as the opening of the books.

    Every account that the account stream, the user's file, the positions, what is archived, or
    `accounts` name is asked for its cash. Raises IncompleteError, and opens nothing, if one of them
    gives no balance of that date.
    """
    begun = time.monotonic()
    with locked(settings.home):
        _refuse_opened(settings.archive)
        bring_in(settings, now)
        signals = wait_until_ready(
            broker,
            settings,
            system_date,
            now,
            wait_seconds,
            remaining=lambda: wait_seconds - (time.monotonic() - begun),
        )
        ready = ready_at(signals, system_date)
        status_read = _read_account_status(broker, settings, system_date, ready, now, tracked)
        archive_positions(broker, settings.archive, system_date, started_at=as_z(now))
        with tracked("cash statements") as progress:
            asked = archive_cash(
                broker,
                settings.archive,
                system_date,
                at_once=settings.calls_at_once,
                started_at=as_z(now),
                more_accounts=accounts,
                progress=progress,
            )
        _refuse_other_dates(asked, system_date)
        opened = _opened(settings.archive, system_date, asked, status_read=status_read)
        _record_opening(settings.archive, system_date, now)
        return opened


def _refuse_opened(archive: Path) -> None:
    opened = opening_date(read_manifest(archive))
    if opened is not None:
        raise UsageError(
            expected="books that are not open yet",
            seen=f"the statement of {opened} opens them",
            where=str(archive),
            next_step="go on with `recon run`, or begin with another RECON_HOME",
        )


def _read_account_status(
    broker: Broker,
    settings: Settings,
    system_date: date,
    ready: pendulum.DateTime,
    now: pendulum.DateTime,
    tracked: Tracked,
) -> bool:
    """Read the account stream as each night does; gives whether it was wanted and given."""
    name = ACCOUNT_STATUS.name
    if name not in settings.streams:
        return False
    fetches = read_manifest(settings.archive)
    window = to_read(fetches, name, system_date, ready, settings.lookback_days)
    try:
        replay_tracked(broker, settings, ACCOUNT_STATUS, window, now, tracked)
    except AnswerRefused as refusal:
        if refusal.status not in NOT_GIVEN:
            raise
        return False
    if not is_covered(read_manifest(settings.archive), name, window):
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


def _record_opening(archive: Path, system_date: date, now: pendulum.DateTime) -> None:
    since = as_z(day_start(system_date))
    append(
        archive,
        Fetch(
            fetch=next_number(read_manifest(archive)),
            stream=OPENING,
            since=since,
            until=since,
            ended="complete",
            received=0,
            new=0,
            duplicates=0,
            started_at=as_z(now),
        ),
    )


def _opened(archive: Path, system_date: date, asked: Asked, *, status_read: bool) -> Opened:
    """Count what the archived statements of that date say."""
    day = str(system_date)
    fetches = [fetch.within(day, day) for fetch in read_manifest(archive)]
    pages = archived(archive, fetches, EOD_POSITIONS.name, ["statement_date", "positions"])
    holding = {
        account_id
        for page in pages
        if page["statement_date"] == system_date
        for account_id, lines in parse_json(page["positions"] or "{}").items()
        if lines
    }
    balances = archived(
        archive, fetches, EOD_CASH.name, ["account_id", "balance_asof", "last_cash"]
    )
    cash = {b["account_id"]: b["last_cash"] for b in balances if b["balance_asof"] == system_date}
    alone = [amount for account_id, amount in cash.items() if account_id not in holding]
    return Opened(
        with_positions=len(holding),
        with_cash_only=sum(amount != 0 for amount in alone),
        empty=sum(amount == 0 for amount in alone),
        unknown=asked.those(UNKNOWN),
        status_read=status_read,
    )
