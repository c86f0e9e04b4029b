"""The end-of-day statements in the archive: page for page, account for account, once each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon.archive.archive import Archive
from recon.archive.coverage import is_covered
from recon.archive.manifest import read_manifest
from recon.archive.population import ANSWERED, OTHER_DATE, UNKNOWN, known_accounts
from recon.archive.statements import archive_aggregate, archive_cash, archive_positions
from recon.errors import BrokerRefused, IncompleteError
from recon.feeds.balances import AccountsUnanswered
from recon.feeds.broker import Broker
from recon.feeds.streams import EOD_CASH, EOD_POSITIONS, NTA, TRADES
from recon.sandbox.wire.transport import TransportFault
from tests.archive.conftest import DAY, Serve, books
from tests.archive.making import archived_texts, contents, texts_of, window
from tests.nightly.nights import SHORT
from tests.truth.respelled import respelling_broker_of

DAY_BEFORE = date(2026, 6, 15)
THE_DAY = window("2026-06-16T04:00:00Z", "2026-06-17T04:00:00Z")
AT = "2026-06-17T06:00:00Z"
ACCOUNTS = {account.account_id for account in books().accounts}


def known(archive: Path) -> set[str]:
    """The ids of every account that the archive names."""
    return set(known_accounts(Archive(archive), DAY))


class MorePositions(Broker):
    """The real client; every quantity that it hands on has one more digit."""

    def get_text(self, path: str, params: Mapping[str, str], **options: Any) -> str:
        """An answer of other quantities."""
        return super().get_text(path, params, **options).replace('"qty":"', '"qty":"1')


def cash_of(archive: Path) -> dict[str, str]:
    """The archived balance of each account, as printed."""
    answers = [json.loads(text, parse_float=str) for text in texts_of(archive, EOD_CASH)]
    return {answer["id"]: str(answer["last_cash"]) for answer in answers}


def test_a_statement_that_did_not_change_is_not_archived_again(
    tmp_path: Path, serve: Serve
) -> None:
    """A second night of the same date finds the same pages, and says so."""
    _, broker = serve()
    first = archive_positions(broker, Archive(tmp_path, AT), DAY)
    before = contents(tmp_path / EOD_POSITIONS.name)
    again = archive_positions(broker, Archive(tmp_path, AT), DAY)
    assert contents(tmp_path / EOD_POSITIONS.name) == before
    assert (first.new, again.new, again.duplicates) == (1, 0, 1)
    assert is_covered([again], EOD_POSITIONS.name, THE_DAY)


def test_a_statement_in_another_spelling_did_not_change(tmp_path: Path, serve: Serve) -> None:
    """Its positions and totals are the same; one share more is another statement."""
    sandbox, broker = serve()
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    archive_aggregate(broker, Archive(tmp_path, AT), DAY)
    with respelling_broker_of(sandbox) as again:
        assert archive_positions(again, Archive(tmp_path, AT), DAY).new == 0
        assert archive_aggregate(again, Archive(tmp_path, AT), DAY).new == 0
    (page,) = texts_of(tmp_path, EOD_POSITIONS)
    with MorePositions(sandbox.url, sandbox.key, sandbox.secret, SHORT) as other:
        assert archive_positions(other, Archive(tmp_path, AT), DAY).new == 1
    assert texts_of(tmp_path, EOD_POSITIONS)[0] == page


def test_positions_of_another_day_are_refused(tmp_path: Path, serve: Serve) -> None:
    """The broker serves its last trading day only, and says so with a 422."""
    _, broker = serve()
    with pytest.raises(IncompleteError, match="read the statement in its own night"):
        archive_positions(broker, Archive(tmp_path, AT), DAY_BEFORE)
    assert read_manifest(tmp_path) == []


def test_every_known_account_is_asked_once(tmp_path: Path, serve: Serve) -> None:
    """Accounts are known from positions and events; a second night asks nobody again."""
    sandbox, broker = serve()
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    asked = known(tmp_path)
    assert asked <= ACCOUNTS
    first = archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=2)
    assert first.those(ANSWERED) == sorted(asked)
    assert len(asked) > 5
    closing = books().closings[DAY].cash
    assert {key: Decimal(value) for key, value in cash_of(tmp_path).items()} == {
        key: closing[key] for key in asked
    }
    requests = len(sandbox.requests)
    assert archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=2) == first
    assert len(sandbox.requests) == requests
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)


def test_an_event_alone_makes_an_account_known(tmp_path: Path) -> None:
    """An account without a position may still have cash."""
    archived_texts(tmp_path, NTA, ['{"id": "N1", "account_id": "A7"}', '{"account_id": ""}'])
    archived_texts(tmp_path, TRADES, ['{"account_id": "A8"}', "[]"])
    assert known(tmp_path) == {"A7", "A8"}


def test_a_refused_key_ends_the_reading_and_the_next_goes_on(tmp_path: Path, serve: Serve) -> None:
    """What was answered before is kept; only the rest is asked again."""
    _, broker = serve()
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    everyone = len(known(tmp_path))
    fifth = sorted(known(tmp_path))[4]
    _, refusing = serve(TransportFault("status", path=f"/v1/trading/accounts/{fifth}", status=401))
    with pytest.raises(BrokerRefused, match="HTTP 401"):
        archive_cash(refusing, Archive(tmp_path, AT), DAY, at_once=1)
    kept = len(cash_of(tmp_path))
    assert 0 < kept < everyone
    assert not is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)
    sandbox, broker = serve()
    asked = archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=1)
    assert len(asked.those(ANSWERED)) == everyone
    assert len(sandbox.requests) == everyone - kept
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)


def test_an_account_that_the_key_may_not_read_is_named_and_the_others_are_kept(
    tmp_path: Path, serve: Serve
) -> None:
    """The day's balances are not proven whole; the next run asks that account alone."""
    _, broker = serve()
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    everyone = sorted(known(tmp_path))
    fifth = everyone[4]
    _, refusing = serve(
        TransportFault("status", path=f"/v1/trading/accounts/{fifth}", status=403, times=9)
    )
    with pytest.raises(AccountsUnanswered, match=f"none for 1, of '{fifth}' so: .*HTTP 403"):
        archive_cash(refusing, Archive(tmp_path, AT), DAY, at_once=2)
    assert sorted(cash_of(tmp_path)) == [each for each in everyone if each != fifth]
    assert not is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)
    sandbox, broker = serve()
    archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=2)
    assert len(sandbox.requests) == 1
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)


def test_balances_are_archived_in_the_order_of_the_accounts(tmp_path: Path, serve: Serve) -> None:
    """However many are asked side by side, and whichever answers first: the same bytes."""
    for at_once in (1, 8):
        _, broker = serve()
        folder = tmp_path / str(at_once)
        archive_positions(broker, Archive(folder, AT), DAY)
        archive_cash(broker, Archive(folder, AT), DAY, at_once=at_once)
        assert list(cash_of(folder)) == sorted(known(folder))
    assert contents(tmp_path / "1") == contents(tmp_path / "8")


def test_a_run_that_died_after_its_last_account_is_completed_by_the_next(
    tmp_path: Path, serve: Serve
) -> None:
    """Nobody is left to ask, but that everybody was asked still has to be written down."""
    _, broker = serve()
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    everyone, answered = len(known(tmp_path)), 0

    def die_at_the_end(count: int) -> None:
        nonlocal answered
        answered += count
        if answered == everyone:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive_cash(
            broker, Archive(tmp_path, AT), DAY, at_once=2, count=die_at_the_end
        )  # fmt: skip
    assert len(cash_of(tmp_path)) == everyone
    archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=2)
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)


def test_nobody_to_ask_is_a_complete_answer(tmp_path: Path, serve: Serve) -> None:
    """A new partner has no account on its first night."""
    _, broker = serve()
    assert archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=2).answers == {}
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)


def test_an_account_that_the_broker_does_not_know_is_no_fault(tmp_path: Path, serve: Serve) -> None:
    """A 404 is an answer: there is no such account."""
    _, broker = serve()
    nobody, account = "00000000-0000-0000-0000-000000000000", min(ACCOUNTS)
    asked = archive_cash(
        broker, Archive(tmp_path, AT), DAY, at_once=2, more_accounts={nobody, account}
    )  # fmt: skip
    assert asked.answers == {nobody: UNKNOWN, account: ANSWERED}
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)


def test_balances_of_another_day_prove_nothing(tmp_path: Path, serve: Serve) -> None:
    """The broker has moved on, or has not come that far."""
    _, broker = serve()
    account = min(ACCOUNTS)
    asked = archive_cash(
        broker, Archive(tmp_path, AT), DAY_BEFORE, at_once=1, more_accounts={account}
    )  # fmt: skip
    assert asked.answers == {account: OTHER_DATE}
    *_, fetch = read_manifest(tmp_path)
    assert (fetch.ended, fetch.complete) == ("other_date", False)
