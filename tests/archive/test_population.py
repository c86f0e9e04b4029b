"""Who is known: every source names accounts, and a record of a night saves no more than work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from recon.archive.account_map import archive_account_map
from recon.archive.archive import Archive
from recon.archive.coverage import is_covered
from recon.archive.manifest import OPENING, Fetch, append, next_number, read_manifest
from recon.archive.population import (
    ANSWERED,
    LATER,
    NO_ANSWER,
    UNKNOWN,
    Account,
    beginnings,
    known_accounts,
)
from recon.archive.statements import archive_cash, archive_positions
from recon.errors import IncompleteError
from recon.feeds.streams import (
    ACCOUNT_STATUS,
    ADMIN_ACTION,
    EOD_ACCOUNTS,
    EOD_CASH,
    EOD_POSITIONS,
    FUNDING_STATUS,
    IPO,
    NTA,
    TRADES,
    TRANSFER_STATUS,
    Stream,
)
from recon.sandbox.wire.transport import TransportFault
from tests.archive.conftest import DAY, Serve, books
from tests.archive.making import archived_texts, window

AT = "2026-06-17T06:00:00Z"
THE_DAY = window("2026-06-16T04:00:00Z", "2026-06-17T04:00:00Z")
DAY_BEFORE, DAY_AFTER = date(2026, 6, 15), date(2026, 6, 17)
CASH_ALONE = min(
    account.account_id
    for account in books().accounts
    if not books().closings[DAY].positions.get(account.account_id)
)
NAMED = (
    (NTA, {"id": "N1", "account_id": "A1", "system_date": "2026-06-15"}),
    (TRADES, {"account_id": "A1", "at": "2026-06-15T14:30:00Z"}),
    (ACCOUNT_STATUS, {"account_id": "A1", "at": "2026-06-15T14:30:00Z", "status_to": "ACTIVE"}),
    (TRANSFER_STATUS, {"account_id": "A1", "at": "2026-06-15T14:30:00Z"}),
    (FUNDING_STATUS, {"account_id": "A1", "at": "2026-06-15T14:30:00Z"}),
    (IPO, {"account_id": "A1", "at": "2026-06-15T14:30:00Z"}),
    (EOD_CASH, {"id": "A1", "balance_asof": "2026-06-15", "last_cash": "1"}),
    (EOD_POSITIONS, {"asof": "2026-06-15", "positions": {"A1": []}}),
    (ADMIN_ACTION, {"event_id": "E1", "belongs_to": {"kind": "account", "value": "A1"}}),
    (ADMIN_ACTION, {"event_id": "E1", "belongs_to_kind": "account",
                    "belongs_to_id_reference": "A1"}),
)  # fmt: skip


def known(archive: Path, day: date = DAY, *, without_records: bool = False) -> dict[str, Account]:
    """Every account that the archive names; also as if no night had recorded any."""
    found = Archive(archive)
    if without_records:
        found.log.lines[:] = [each for each in found.fetches if each.stream != EOD_ACCOUNTS.name]
    return known_accounts(found, day)


def told(archive: Path, account_id: str, at: str, **members: str) -> None:
    """One event of the account stream."""
    event = {"account_id": account_id, "at": at, "event_id": f"{account_id} {at}", **members}
    archived_texts(archive, ACCOUNT_STATUS, [json.dumps(event)])


def opened(archive: Path, day: date) -> None:
    """The line that names the statement with which the books begin."""
    since = f"{day}T04:00:00Z"
    number = next_number(read_manifest(archive))
    append(archive, Fetch(number, OPENING, since, since, "complete", 0, 0, 0))


def listed(archive: Path, text: str) -> None:
    """The user's file, read."""
    file = archive.parent / "listed.csv"
    file.write_text("account_id\n" + text, "utf-8")
    archive_account_map(Archive(archive, AT), file)


@pytest.mark.parametrize(("stream", "event"), NAMED, ids=[stream.name for stream, _ in NAMED])
def test_whatever_names_an_account_makes_it_known(
    stream: Stream, event: Mapping[str, object], tmp_path: Path
) -> None:
    """Money that no event of the books tells of is on an account that another stream names."""
    archived_texts(tmp_path, stream, [json.dumps(event)])
    day = None if stream is ADMIN_ACTION else DAY_BEFORE
    (account_id,) = found = known(tmp_path)
    assert account_id == "A1"
    assert (found["A1"].sources, found["A1"].first_named) == ({stream.name}, day)


def test_an_action_about_a_correspondent_names_no_account(tmp_path: Path) -> None:
    """Only what belongs to an account is one."""
    event = {"event_id": "E1", "belongs_to": {"kind": "correspondent", "value": "LPCA"}}
    archived_texts(tmp_path, ADMIN_ACTION, [json.dumps(event)])
    assert known(tmp_path) == {}


def test_the_last_reading_of_the_users_file_counts(tmp_path: Path) -> None:
    """A misspelled id that was mended is nobody; it was never asked with success."""
    archive = tmp_path / "archive"
    listed(archive, "A1\nA2-misspelled\n")
    listed(archive, "A1\nA2\n")
    assert set(known(archive)) == {"A1", "A2"}


def test_what_a_night_recorded_is_what_the_whole_archive_says(tmp_path: Path, serve: Serve) -> None:
    """So that the record can be lost, and a night need not read the whole archive again."""
    archive = tmp_path / "archive"
    _, broker = serve()
    told(archive, CASH_ALONE, "2026-06-09T14:00:00Z", status_from="", status_to="APPROVED")
    told(archive, "A-late", "2026-06-17T00:30:00Z", status_from="", status_to="APPROVED")
    listed(archive, "A-misspelled\n")
    archive_positions(broker, Archive(archive, AT), DAY)
    answers = archive_cash(broker, Archive(archive, AT), DAY, at_once=2).answers
    assert (answers[CASH_ALONE], answers["A-late"]) == (ANSWERED, LATER)
    assert answers["A-misspelled"] == UNKNOWN
    listed(archive, f"{CASH_ALONE}\n")
    told(archive, CASH_ALONE, "2026-06-08T14:00:00Z", status_from="", status_to="SUBMITTED")
    told(archive, "A-new", "2026-06-17T14:00:00Z", status_from="", status_to="APPROVED")
    for day in (DAY, DAY_AFTER):
        assert known(archive, day) == known(archive, day, without_records=True)
    assert EOD_CASH.name not in known(archive)[CASH_ALONE].sources
    assert known(archive, DAY_AFTER)[CASH_ALONE] == Account(
        {ACCOUNT_STATUS.name, EOD_CASH.name, "account_map"}, date(2026, 6, 8), date(2026, 6, 8)
    )
    assert "A-misspelled" not in known(archive)
    newer = {"A-late", "A-new"}
    assert {name for name in known(archive) if known(archive)[name].is_later_than(DAY)} == newer


def test_who_is_first_named_after_the_date_is_not_asked_for_it(
    tmp_path: Path, serve: Serve
) -> None:
    """From 20:00 in New York on it is the next day; of that one the broker has no balance yet."""
    told(tmp_path, "A-late", "2026-06-17T00:00:00Z", status_from="", status_to="APPROVED")
    told(tmp_path, "A-early", "2026-06-16T23:59:59Z", status_from="", status_to="APPROVED")
    sandbox, broker = serve()
    asked = archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=1)
    assert asked.answers == {"A-late": LATER, "A-early": UNKNOWN}
    assert sandbox.requests == ("/v1/trading/accounts/A-early/account",)


def test_an_account_without_an_answer_stops_no_other_and_the_date_is_not_whole(
    tmp_path: Path, serve: Serve
) -> None:
    """Everybody else is archived, the record names the one, and the next try asks it alone."""
    _, broker = serve()
    archive_positions(broker, Archive(tmp_path, AT), DAY)
    everyone = sorted(known(tmp_path))
    path = f"/v1/trading/accounts/{everyone[2]}"
    _, failing = serve(TransportFault("status", path=path, status=422))
    with pytest.raises(IncompleteError, match=f"none for 1, of '{everyone[2]}' so: .*HTTP 422"):
        archive_cash(failing, Archive(tmp_path, AT), DAY, at_once=1)
    assert not is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)
    sandbox, broker = serve()
    asked = archive_cash(broker, Archive(tmp_path, AT), DAY, at_once=1)
    assert sandbox.requests == (f"{path}/account",)
    assert asked.answers == dict.fromkeys(everyone, ANSWERED)
    assert is_covered(read_manifest(tmp_path), EOD_CASH.name, THE_DAY)
    assert NO_ANSWER not in asked.answers.values()


def test_where_an_account_begins_is_proven_or_unknown(tmp_path: Path) -> None:
    """By the opening statement, by the broker not knowing it then, or by having been opened since;
    an event of it from before, or one that names an earlier status, proves the contrary."""
    record = {"statement_date": "2026-06-15", "sources": ["nta"]}
    archived_texts(
        tmp_path, EOD_ACCOUNTS,
        [
            json.dumps({**record, "account_id": "A-unknown-then", "answer": UNKNOWN}),
            json.dumps({**record, "account_id": "A-unanswered-then", "answer": NO_ANSWER}),
        ],
    )  # fmt: skip
    archived_texts(
        tmp_path, EOD_CASH,
        [
            '{"id": "A-stated", "balance_asof": "2026-06-15", "last_cash": "0"}',
            '{"id": "A-unreadable", "balance_asof": "2026-06-15", "last_cash": "much"}',
            '{"id": "A-after", "balance_asof": "2026-06-16", "last_cash": "5"}',
        ],
    )  # fmt: skip
    came = {"status_from": "", "status_to": "APPROVED"}
    told(tmp_path, "A-opened-since", "2026-06-16T14:00:00Z", **came)
    told(tmp_path, "A-opened-that-day", "2026-06-15T14:00:00Z", **came)
    told(tmp_path, "A-was-active", "2026-06-16T14:00:00Z", status_from="ACTIVE", status_to="X")
    told(tmp_path, "A-says-no-status", "2026-06-16T14:00:00Z")
    told(tmp_path, "A-booked-before", "2026-06-16T14:00:00Z", **came)
    booked = {"id": "N1", "account_id": "A-booked-before", "system_date": "2026-06-12"}
    archived_texts(tmp_path, NTA, [json.dumps(booked)])
    assert beginnings(Archive(tmp_path), known(tmp_path, DAY_AFTER)) == {}
    opened(tmp_path, DAY_BEFORE)
    begins = beginnings(Archive(tmp_path), known(tmp_path, DAY_AFTER))
    assert {name for name, how in begins.items() if how == "statement"} == {"A-stated"}
    zero = {"A-unknown-then", "A-opened-since"}
    assert {name for name, how in begins.items() if how == "zero"} == zero
    assert {name for name, how in begins.items() if how == "unknown"} == {
        "A-unreadable", "A-after", "A-unanswered-then", "A-opened-that-day", "A-was-active",
        "A-says-no-status", "A-booked-before",
    }  # fmt: skip
