"""Books that begin in the middle of a history: with a statement, or without one and told so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.errors import ExitCode, NotReadyError, UsageError
from recon.feeds.streams import EOD_CASH
from recon.nightly.opening import open_books
from recon.nightly.run import run_date
from recon.sandbox.server import Sandbox
from tests.archive.making import texts_of
from tests.nightly.nights import (
    MONDAY,
    NOW,
    TUESDAY,
    WEDNESDAY,
    broker_of,
    quiet,
    right_books,
    run_night,
    settings_of,
    tracked,
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A broker whose books have two days behind them."""
    with Sandbox(right_books(), as_of=TUESDAY) as running:
        yield running


def open_on_tuesday(sandbox: Sandbox, home: Path, accounts: frozenset[str] = frozenset()) -> int:
    """As `recon open --date 2026-06-16` does it."""
    with broker_of(sandbox) as broker:
        return open_books(
            broker,
            settings_of(home, sandbox.url),
            TUESDAY,
            NOW,
            wait_seconds=0,
            accounts=accounts,
            tracked=tracked,
        )


def test_after_an_opening_the_next_night_is_clean(sandbox: Sandbox, tmp_path: Path) -> None:
    """Positions and cash that came before are in the opening; the certificate says so."""
    everyone = frozenset(account.account_id for account in right_books().accounts)
    assert open_on_tuesday(sandbox, tmp_path, everyone) == len(everyone)
    sandbox.advance_to(WEDNESDAY)
    outcome = run_night(sandbox, tmp_path, WEDNESDAY)
    assert (outcome.result, outcome.worst, outcome.unopened) == ("clean", [], False)
    certificate = json.loads((tmp_path / "reports/2026-06-17/certificate.json").read_text())
    assert certificate["books_begin"] == "statement of 2026-06-16"
    assert certificate["needed"][0]["window"].startswith("2026-06-17T04:00:00Z .. ")


def test_books_are_opened_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A second opening is refused, and so is a night that lies before the first."""
    open_on_tuesday(sandbox, tmp_path)
    answers = len(sandbox.requests)
    with pytest.raises(UsageError, match="the statement of 2026-06-16 opens them") as caught:
        open_on_tuesday(sandbox, tmp_path)
    assert caught.value.exit_code == ExitCode.USAGE
    for day in (MONDAY, TUESDAY):
        with pytest.raises(UsageError, match="a date after the opening of the books, 2026-06-16"):
            run_night(sandbox, tmp_path, day)
    assert len(sandbox.requests) == answers


def test_more_accounts_are_asked_for_their_cash(sandbox: Sandbox, tmp_path: Path) -> None:
    """An account without a position is not in the positions statement, and may have cash."""
    listed = frozenset(account.account_id for account in right_books().accounts)
    open_on_tuesday(sandbox, tmp_path, listed)
    answers = [json.loads(text)["id"] for text in texts_of(tmp_path / "archive", EOD_CASH)]
    assert sorted(answers) == sorted(listed)


def test_books_are_not_opened_before_the_broker_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """An opening that is read too early would be wrong for ever."""
    with broker_of(sandbox) as broker, pytest.raises(NotReadyError):
        open_books(
            broker,
            settings_of(tmp_path, sandbox.url),
            WEDNESDAY,
            NOW,
            wait_seconds=0,
            accounts=frozenset(),
            tracked=tracked,
        )
    assert not (tmp_path / "archive" / "eod_positions").exists()


def test_a_first_night_in_the_middle_of_a_history_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nearly every account differs, because the books begin at zero."""
    with broker_of(sandbox) as broker:
        outcome = run_date(
            broker,
            settings_of(tmp_path, sandbox.url, lookback_days="0"),
            TUESDAY,
            NOW,
            wait_seconds=0,
            again=False,
            note=quiet,
            tracked=tracked,
        )
    assert outcome.result == "breaks"
    assert outcome.unopened
