"""The streams that move nothing, against the activities and the closings of the same books."""

from __future__ import annotations

import functools
from collections import defaultdict
from decimal import Decimal

import pytest

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.messages.typed import typed_activities
from tests.sandbox.replay import EXECUTIONS, Payload, parse, trade_date

SEEDS = range(10)
JOURNEY = ["queued", "sent_to_clearing", "executed"]


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


@functools.cache
def told(seed: int, stream: str) -> tuple[Payload, ...]:
    """A lifecycle stream as published, parsed."""
    return tuple(parse(event.text) for event in books_of(seed).lifecycle[stream])


def chains(events: tuple[Payload, ...], name: str) -> dict[str, list[Payload]]:
    """The events of each thing in order; each state follows the one before."""
    found: dict[str, list[Payload]] = defaultdict(list)
    for event in events:
        before = found[event[name]][-1]["status_to"] if found[event[name]] else ""
        assert event["status_from"] == before
        found[event[name]].append(event)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_journal_goes_its_way_and_adds_up_to_nothing(seed: int) -> None:
    """Executed on the system date of its legs, of which there are two."""
    legs: dict[str, list[Payload]] = defaultdict(list)
    for event in typed_activities(books_of(seed)):
        payload = parse(event.text)
        if payload["activity_type"] in ("JNLC", "JNLS"):
            legs[payload["details"]["journal_id"]].append(payload)
    journals = chains(told(seed, "journal_status"), "journal_id")
    assert journals.keys() == legs.keys()
    waited = 0
    for identity, states in journals.items():
        steps = [state["status_to"] for state in states]
        waited += "pending" in steps
        assert sum(Decimal(leg["net_amount"]) for leg in legs[identity]) == 0
        assert sum(Decimal(leg["qty"]) for leg in legs[identity]) == 0
        assert len({leg["account_id"] for leg in legs[identity]}) == 2
        ending = ["activity_created"] if states[0]["entry_type"] == "JNLC" else []
        assert [step for step in steps if step != "pending"] == JOURNEY + ending
        executed = trade_date(states[steps.index("executed")]["at"]).isoformat()
        assert {leg["details"]["system_date"] for leg in legs[identity]} == {executed}
    assert waited == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_version_1_tells_the_same_journals_under_other_ids(seed: int) -> None:
    """Without `activity_created`, with integers, no ULID in common."""
    second, first = told(seed, "journal_status"), told(seed, "journal_status_v1")
    steps = [
        [(each["journal_id"], each["status_to"]) for each in events] for events in (second, first)
    ]
    assert [step for step in steps[0] if step[1] != "activity_created"] == steps[1]
    assert not {each["event_id"] for each in second} & {each["event_ulid"] for each in first}
    numbers = [each["event_id"] for each in first]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_deposit_and_withdrawal_is_a_transfer_complete_on_its_date(seed: int) -> None:
    """As many transfers of an account complete on a system date as its cash moves; one returns."""
    complete: dict[tuple[str, str], int] = defaultdict(int)
    returned = []
    for states in chains(told(seed, "transfer_status"), "transfer_id").values():
        steps = [state["status_to"] for state in states]
        assert steps[:4] == ["QUEUED", "APPROVED", "SENT_TO_CLEARING", "COMPLETE"]
        complete[states[3]["account_id"], trade_date(states[3]["at"]).isoformat()] += 1
        returned += states[4:]
    moved: dict[tuple[str, str], int] = defaultdict(int)
    gone = []
    for event in books_of(seed).activities:
        payload = parse(event.text)
        if payload["entry_type"] in ("CSD", "CSW"):
            if "subtype: return" in payload["description"]:
                gone.append(payload)
            else:
                moved[payload["account_id"], payload["system_date"]] += 1
    assert complete == moved
    assert [each["status_to"] for each in returned] == ["RETURNED"]
    assert [each["account_id"] for each in gone] == [each["account_id"] for each in returned]
    assert [each["system_date"] for each in gone] == [trade_date(returned[0]["at"]).isoformat()]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_streams_tell_the_same_transfers(seed: int) -> None:
    """The funding stream has banks too, each approved before any of its transfers."""
    funding = told(seed, "funding_status")
    old = {(each["transfer_id"], each["status_to"]) for each in told(seed, "transfer_status")}
    new = {
        (each["entity_id"], each["status_to"])
        for each in funding if each["entity_type"] == "Transfer"
    }  # fmt: skip
    assert new == old
    banks = [each for each in funding if each["entity_type"] == "BankRelationship"]
    assert len(chains(tuple(banks), "entity_id")) == len(books_of(seed).accounts)
    for bank in banks:
        transfers = [each for each in funding if each["entity_type"] == "Transfer"
                     and each["account_id"] == bank["account_id"]]  # fmt: skip
        assert bank["at"] < min(each["at"] for each in transfers)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_account_is_active_before_the_first_system_date(seed: int) -> None:
    """The states follow each other, of the account and of its crypto part apart."""
    states: dict[str, list[str]] = defaultdict(list)
    crypto: dict[str, str] = {}
    properties: set[str] = set()
    for event in told(seed, "account_status"):
        own, properties = states[event["account_id"]], properties | event.keys()
        if "status_to" in event:
            assert event["status_from"] == (own[-1] if own else "")
            own.append(event["status_to"])
        if "crypto_status_to" in event:
            assert event["crypto_status_from"] == crypto.get(event["account_id"], "")
            crypto[event["account_id"]] = event["crypto_status_to"]
        if event.get("status_to") == "ACTIVE":
            assert event["at"] < SYSTEM_DATES[0].isoformat()
    assert states.keys() == {account.account_id for account in books_of(seed).accounts}
    for account in books_of(seed).accounts:
        ends = ["ACCOUNT_CLOSED"] if account.closed_on else []
        own = states[account.account_id]
        steps = [state for place, state in enumerate(own) if place == 0 or own[place - 1] != state]
        assert steps == ["APPROVED", "ACTIVE", *ends]
    assert {"ACTIVE", "INACTIVE"} == set(crypto.values())
    assert {"kyc_results", "cash_interest", "fpsl", "options", "admin_configurations"} <= properties


@pytest.mark.parametrize("seed", SEEDS)
def test_a_blocked_account_trades_no_more_and_a_closed_one_is_empty(seed: int) -> None:
    """One each; the closed one had money, and nothing of it moves from that day on."""
    books = books_of(seed)
    (blocked,) = (each for each in books.accounts if each.blocked_on is not None)
    (closed,) = (each for each in books.accounts if each.closed_on is not None)
    (block,) = (each for each in told(seed, "account_status") if each.get("trading_blocked"))
    fills = [
        each for each in (parse(event.text) for event in books.trades)
        if each["account_id"] == blocked.account_id and each["event"] in EXECUTIONS
    ]  # fmt: skip
    assert block["account_id"] == blocked.account_id
    assert {each["order"]["side"] for each in fills} == {"buy", "sell"}
    assert max(each["at"] for each in fills) < block["at"]
    assert blocked.blocked_on == trade_date(block["at"])
    moves = [event for event in books.activities if event.account_id == closed.account_id]
    assert closed.closed_on is not None
    assert len(moves) == 2
    assert max(event.system_date for event in moves) < closed.closed_on
    for date, closing in books.closings.items():
        assert closed.account_id not in closing.positions
        assert (closing.cash[closed.account_id] == 0) == (date >= moves[1].system_date)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_canceled_activity_has_its_transaction_cancel(seed: int) -> None:
    """Named by its id; an offering allocates nothing, so that it moves no money."""
    canceled = [each for each in books_of(seed).activities if each.payload["status"] == "canceled"]
    cancels = [
        each["context"]["transaction_id"] for each in told(seed, "admin_action")
        if each["type"] == "transaction_cancel_admin_event"
    ]  # fmt: skip
    assert cancels == [each.payload["id"] for each in canceled]
    verbs = [each["verb"] for each in told(seed, "ipo")]
    assert verbs == ["Offering", "Prospectus", "SixtyMinMail", "Allocation"]
    assert told(seed, "ipo")[-1]["payload"]["allocated_amount"] == "0"


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same_lifecycle(seed: int) -> None:
    """Byte for byte, in order of publication, with ULIDs that increase."""
    again = make_books(seed).lifecycle
    for stream, events in books_of(seed).lifecycle.items():
        assert [each.text for each in events] == [each.text for each in again[stream]]
        ids = [each.event_id for each in events]
        assert ids == sorted(set(ids))
