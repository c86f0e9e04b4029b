"""Events of every stream with something unexpected in each: kept, told once a kind, no crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recon.archive.archive import Archive
from recon.archive.drift import find_drift
from recon.feeds.streams import EVENT_STREAMS
from recon.nightly.build import WAREHOUSE
from recon.nightly.ingest import ingest_files
from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.run import check_date
from recon.sandbox.wire.server import Sandbox
from recon.warehouse.connect import connect
from tests.archive.making import texts_of
from tests.nightly.nights import (
    MONDAY,
    NOW,
    right_books,
    run_night,
    settings_of,
)

AT = "2026-06-15T15:00:00Z"
ULID = "01KV5C7BS8PKY7TPDK9XFVVW30"
ORDER = {"id": "O1", "symbol": "AAPL", "side": "buy", "qty": "1", "filled_qty": "1", "legs": None}
TRADE = {
    "account_id": "A1", "at": AT, "event": "fill", "execution_id": "", "order": ORDER, "qty": "1",
    "price": "2.5", "position_qty": "1", "timestamp": AT, "settle_date": "2026-06-16",
}  # fmt: skip
USUAL: dict[str, dict[str, Any]] = {
    "trades": TRADE | {"event_id": ULID},
    "trades_v1": TRADE | {"event_ulid": ULID},
    "nta": {
        "id": "", "account_id": "A1", "at": AT, "entry_type": "CSD", "entry_sub_type": None,
        "status": "executed", "net_amount": 10.5, "qty": 0, "price": None, "symbol": "",
        "description": "d", "settle_date": "2026-06-15", "system_date": "2026-06-15",
        "event_ulid": ULID,
    },
    "activities": {
        "ref_id": "", "account_id": "A1", "at": AT, "activity_type": "DIV",
        "activity_subtype": "CDIV", "status": "executed", "net_amount": "1.5", "qty": "0",
        "currency": "USD", "executed_at": AT, "settle_date": "2026-06-15", "event_id": ULID,
        "asset": {"id": "S1", "symbol": "AAPL"},
        "details": {"system_date": "2026-06-15", "rate": "0.5", "entitled_qty": "3"},
    },
    "journal_status": {
        "event_ulid": "", "at": AT, "journal_id": "J1", "entry_type": "JNLC",
        "status_from": "queued", "status_to": "executed", "description": "d",
    },
    "transfer_status": {
        "event_ulid": "", "at": AT, "account_id": "A1", "transfer_id": "T1",
        "status_from": "QUEUED", "status_to": "COMPLETE",
    },
    "funding_status": {
        "event_id": "", "at": AT, "account_id": "A1", "entity_id": "T1", "correspondent": "C",
        "entity_type": "Transfer", "status_from": "QUEUED", "status_to": "COMPLETE",
    },
    "account_status": {
        "event_ulid": "", "at": AT, "account_id": "A1", "account_number": "1",
        "status_from": "APPROVED", "status_to": "ACTIVE", "account_blocked": False,
        "kyc_results": {"accept": {}}, "options": {"approved_level_to": 1},
    },
    "admin_action": {
        "event_id": "", "at": AT, "type": "transaction_cancel_admin_event", "category": "other",
        "note": "n", "belongs_to": {"kind": "account", "value": "A1"}, "created_by": {},
        "context": {"transaction_id": "N1", "entry_type": "JNLC"}, "visibility": "internal",
    },
    "ipo": {
        "event_id": "", "at": AT, "verb": "Allocation", "offering_reference": "R", "payload": {},
        "account_id": "A1", "received_at": AT,
    },
    "upvest": {
        "id": "", "created_at": AT, "type": "ACCOUNT.CREATED", "webhook_id": "W1",
        "object": {
            "id": "U1", "created_at": AT, "updated_at": AT, "type": "TRADING", "status": "ACTIVE",
            "name": "n", "account_number": 1, "account_group_id": "G1",
            "users": [{"id": "P1", "type": "OWNER"}],
        },
    },
}  # fmt: skip
ODD: tuple[Any, ...] = (
    "zzz", "", 7, 7.25, True, None, [], {}, [{"a": [1]}], {"a": {"b": "c"}}, "1e50", "9" * 60,
    "\ud800", "'; drop table x; --", "x" * 5000, "0001-01-01T00:00:00Z",
)  # fmt: skip
RAW = ("{}-", '{"a":', "[1]", '{"n": NaN}', '{"account_id": "A1", "at": -Infinity}')
CURSORS = {"event_id", "event_ulid"}  # an event whose cursor is of the other version is refused


def hostile(stream: str) -> Iterator[str]:
    """The usual event with one thing changed, each thing in turn, under an identity of its own."""
    usual = USUAL[stream]
    identity = next(name for name in usual if usual[name] == "" and name != "symbol")
    number = 0

    def named(event: dict[str, Any]) -> str:
        nonlocal number
        number += 1
        return json.dumps({identity: f"{stream}-{number}"} | {
            name: value for name, value in event.items() if name != identity
        })  # fmt: skip

    yield named(usual)
    yield named(usual | {"mood": {"good": [1, "two"]}})
    yield named(usual)[:-1] + ', "at": "2026-06-15T16:00:00Z", "at": "2026-06-15T17:00:00Z"}'
    yield named(usual)[:-1] + ', "qty": ' + "9" * 5000 + "}"
    for name in sorted(usual.keys() - CURSORS - {identity}):
        yield named({key: value for key, value in usual.items() if key != name})
        for odd in ODD:
            yield named(usual | {name: odd})
        for inner in usual[name] if isinstance(usual[name], dict) else ():
            for odd in ODD:
                yield named(usual | {name: usual[name] | {inner: odd}})
    yield from RAW


def ingest(home: Path, stream: str, texts: list[str]) -> int:
    """Bring texts in from a file; gives how many are new."""
    home.mkdir(exist_ok=True)
    file = home.with_name(f"{stream}.ndjson")
    file.write_text("".join(text + "\n" for text in texts), "utf-8")
    settings = settings_of(home, "http://127.0.0.1:9")
    [done] = ingest_files(settings, stream, [file], NOW, progress=SILENT)
    assert done.fetch is not None
    return done.fetch.new


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A clean night, then hostile events of every stream, and the night looked at again."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        assert run_night(sandbox, home, MONDAY).result == "clean"
    for stream in USUAL:
        texts = list(hostile(stream))
        assert ingest(home, stream, texts) == len(texts)
    money = USUAL["nta"] | {"id": "unknown-money", "entry_type": "XYZ", "net_amount": 12.34}
    ingest(home, "nta", [json.dumps(money)])
    return home, check_date(settings_of(home, "http://127.0.0.1:9"), MONDAY)


def test_every_event_stream_is_tried() -> None:
    """A stream that is added later is not forgotten here."""
    assert set(USUAL) == set(EVENT_STREAMS) - {"system"}


@pytest.mark.parametrize("stream", USUAL)
def test_nothing_is_lost(night: tuple[Path, Outcome], stream: str) -> None:
    """Each text is archived to the letter, whatever it holds."""
    archived = texts_of(night[0] / "archive", EVENT_STREAMS[stream])
    assert set(hostile(stream)) <= set(archived)


def test_the_night_does_not_fall_over_and_is_not_clean(night: tuple[Path, Outcome]) -> None:
    """What cannot be read may be money."""
    assert night[1].result == "breaks"


def test_unknown_money_waits_in_suspense(night: tuple[Path, Outcome]) -> None:
    """Booked, so that the proofs hold, and said to be unknown."""
    with connect(night[0] / WAREHOUSE, read_only=True) as warehouse:
        posted = warehouse.execute(
            "select ledger_account, amount from main.postings"
            " where event_id like '%unknown-money%' and commodity = 'USD' order by amount"
        ).fetchall()
        said = warehouse.execute(
            "select verdict, actual from main.verdicts where rule = 'streams/type_unknown'"
            " and subject = 'activity unknown-money'"
        ).fetchall()
    assert [str(amount) for _, amount in posted] == ["-12.340000000", "12.340000000"]
    assert any(str(account).startswith("SUSP:") for account, _ in posted)
    assert said == [("break", "XYZ")]


def test_each_kind_is_reported_once(night: tuple[Path, Outcome]) -> None:
    """By the rules for members and for names, and by the command for all of them."""
    with connect(night[0] / WAREHOUSE, read_only=True) as warehouse:
        rows = warehouse.execute(
            "select rule, subject, verdict, difference from main.verdicts"
            " where rule in ('streams/shape_unknown', 'streams/state_unknown')"
        ).fetchall()
    subjects = [(rule, subject) for rule, subject, _, _ in rows]
    assert len(subjects) == len(set(subjects))
    told = {subject for _, subject, verdict, _ in rows if verdict == "break"}
    assert {"qty of trades", "net_amount of nta", "text of ipo", "status_to of account_status",
            "journal status zzz", "account status zzz", "admin action zzz", "offering event zzz",
            "transfer status ZZZ", "Upvest event zzz", "Upvest status zzz"} <= told  # fmt: skip
    findings = find_drift(Archive(night[0] / "archive"), EVENT_STREAMS.values())
    kinds = [(each.stream, each.kind, each.path, each.what, each.seen) for each in findings]
    assert len(kinds) == len(set(kinds))
    for stream in USUAL:
        assert {
            "unknown_member",
            "missing_member",
            "wrong_type",
            "not_json",
            "repeated_member",
        } <= {each.what for each in findings if each.stream == stream}
