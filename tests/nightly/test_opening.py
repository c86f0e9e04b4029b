"""Books that begin in the middle of a history: with a statement, or without one and told so."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.archive.manifest import opening_date, read_manifest
from recon.errors import ExitCode, IncompleteError, NotReadyError, UsageError
from recon.feeds.streams import EOD_CASH
from recon.nightly.go_live import Opened, open_books
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from recon.settings import Settings
from tests.archive.making import texts_of
from tests.nightly.nights import (
    MONDAY,
    NOW,
    TUESDAY,
    WEDNESDAY,
    broker_of,
    right_books,
    run_night,
    settings_of,
)

CLOSING = right_books().closings[TUESDAY]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A broker whose books have two days behind them."""
    with Sandbox(right_books(), as_of=TUESDAY) as running:
        yield running


def open_on_tuesday(sandbox: Sandbox, home: Path, accounts: frozenset[str] = frozenset()) -> Opened:
    """As `recon open --date 2026-06-16` does it."""
    return open_with(sandbox, settings_of(home, sandbox.url), accounts)


def open_with(
    sandbox: Sandbox, settings: Settings, accounts: frozenset[str] = frozenset()
) -> Opened:
    """The same with other settings."""
    with broker_of(sandbox) as broker:
        return open_books(
            broker,
            settings,
            TUESDAY,
            NOW,
            wait_seconds=0,
            accounts=accounts,
            progress=SILENT,
        )


def test_after_an_opening_the_next_night_is_clean(sandbox: Sandbox, tmp_path: Path) -> None:
    """Positions and cash that came before are in the opening; the certificate says so."""
    everyone = frozenset(account.account_id for account in right_books().accounts)
    assert open_on_tuesday(sandbox, tmp_path, everyone).accounts == len(everyone)
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


def test_whom_the_account_stream_names_is_asked_without_a_list(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """One account has cash and nothing else, which no statement lists and no event told of yet."""
    opened = open_on_tuesday(sandbox, tmp_path)
    holding = {account for account, lines in CLOSING.positions.items() if lines}
    cash_alone = {account for account in CLOSING.cash if account not in holding}
    assert len(cash_alone) > 0
    assert all(CLOSING.cash[account] != 0 for account in cash_alone)
    assert opened == Opened(len(holding), len(cash_alone), 0, [], status_read=True)
    sandbox.advance_to(WEDNESDAY)
    outcome = run_night(sandbox, tmp_path, WEDNESDAY)
    assert (outcome.result, outcome.worst) == ("clean", [])
    certificate = json.loads((tmp_path / "reports/2026-06-17/certificate.json").read_text())
    counts = certificate["accounts"]
    everyone = len(CLOSING.cash)
    assert {counts[name] for name in ("known", "asked", "answered")} == {everyone}
    assert counts["known_from"]["account_status"] == everyone
    assert counts["without_an_opening"] == 0
    checked = certificate["rules"]["statements/statement_missing"]["checked"]
    assert checked == str(everyone + 1)  # and the positions


def test_whom_the_users_file_names_is_asked_and_who_is_nobody_is_named(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Also where the account stream is not read."""
    file = tmp_path / "accounts.csv"
    file.write_text("\n".join(["account_id", *CLOSING.cash, "nobody"]) + "\n", "utf-8")
    settings = settings_of(tmp_path, sandbox.url, streams="trades,nta", accounts_file=str(file))
    opened = open_with(sandbox, settings)
    assert (opened.accounts, opened.unknown) == (len(CLOSING.cash), ["nobody"])
    assert not opened.status_read
    assert not any("accounts/status" in asked for asked in sandbox.requests)


def test_an_opening_that_nobody_knows_is_neither_right_nor_wrong(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Without any list only accounts with positions are asked; whom a later night meets had cash
    before the books began, so that what is booked since is no balance."""
    settings = settings_of(tmp_path, sandbox.url, streams="trades,nta")
    opened = open_with(sandbox, settings)
    late = {account for account in CLOSING.cash if not CLOSING.positions.get(account)}
    assert opened.accounts == len(CLOSING.cash) - len(late)
    sandbox.advance_to(WEDNESDAY)
    outcome = run_night(sandbox, tmp_path, WEDNESDAY)
    assert (outcome.result, outcome.worst) == ("clean", [])
    reports = tmp_path / "reports/2026-06-17"
    counts = json.loads((reports / "certificate.json").read_text())
    assert counts["accounts"]["without_an_opening"] == len(late)
    assert counts["rules"]["statements/cash_differs"]["not_evaluated"] == str(len(late))
    with (reports / "cash_proof.csv").open(encoding="utf-8", newline="") as text:
        proofs = {row["account_id"]: row for row in csv.DictReader(text)}
    assert {name for name in proofs if proofs[name]["opening_is_known"] == "false"} == late
    assert {proofs[name]["unexplained"] for name in late} == {""}


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (TransportFault("status", path="/v1/trading/accounts/", status=422), "none for 1"),
        (TransportFault("drop", path="/v1/events/accounts/status", times=9), "proven whole"),
    ],
    ids=["an account", "the account stream"],
)
def test_books_are_not_opened_without_an_answer_for_every_account(
    fault: TransportFault, seen: str, tmp_path: Path
) -> None:
    """What is missing on that day cannot be read later; the same command goes on where it was."""
    with (
        Sandbox(right_books(), as_of=TUESDAY, transport=(fault,)) as failing,
        pytest.raises(IncompleteError, match=seen),
    ):
        open_on_tuesday(failing, tmp_path)
    assert opening_date(read_manifest(tmp_path / "archive")) is None
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        assert open_on_tuesday(sandbox, tmp_path).accounts == len(CLOSING.cash)


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
            progress=SILENT,
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
            progress=SILENT,
        )
    assert outcome.result == "breaks"
    assert outcome.unopened
