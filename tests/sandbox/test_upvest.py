"""The other broker's webhook bodies, against the books that they are told from."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from typing import Any

import pytest

from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.messages.upvest import Deliveries, upvest_deliveries
from tests.sandbox.upvest_faults import UPVEST_FAULTS, wrong_deliveries

SEEDS = range(10)
# Field names of the two published event descriptions; all of them are required.
EVENT = {"id", "created_at", "type", "object", "webhook_id"}
ACCOUNT = {
    "id", "created_at", "updated_at", "account_group_id", "type", "users", "name", "status",
    "account_number",
}  # fmt: skip
GROUP = {"id", "created_at", "updated_at", "users", "status", "type", "securities_account_number"}
BUSINESS = GROUP - {"users"} | {"business_id"}
STATUS_OF = {
    "CREATED": {"PENDING_APPROVAL"}, "ACTIVATED": {"ACTIVE"}, "LOCKED": {"LOCKED"},
    "UPDATED": {"ACTIVE"}, "CLOSING_INITIATED": {"CLOSING"}, "CLOSED": {"CLOSED"},
}  # fmt: skip
Event = dict[str, Any]


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


def requests(deliveries: Deliveries) -> list[list[Event]]:
    """The events of every body, in the order of delivery."""
    return [json.loads(body)["payload"] for body in deliveries.bodies]


def events_of(deliveries: Deliveries) -> list[Event]:
    """Every event once, in the order of its time."""
    once = {event["id"]: event for request in requests(deliveries) for event in request}
    return sorted(once.values(), key=lambda event: str(event["created_at"]))


def objects(events: list[Event], prefix: str) -> dict[str, list[Event]]:
    """The objects of the accounts or of the groups, by id, in the order of their states."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event["type"].split(".")[0] == prefix:
            found[event["object"]["id"]].append(event["object"])
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_event_has_the_published_fields(seed: int) -> None:
    """Of accounts, of groups and of the groups of a business; the type fits the status."""
    seen = set()
    for event in events_of(upvest_deliveries(books_of(seed))):
        prefix, verb = event["type"].split(".")
        told = event["object"]
        assert set(event) == EVENT
        expected = ACCOUNT
        if prefix == "ACCOUNT_GROUP":
            expected = BUSINESS if told["type"] == "BUSINESS" else GROUP
        assert set(told) == expected
        assert told["status"] in STATUS_OF[verb]
        assert told["created_at"] <= told["updated_at"] == event["created_at"]
        seen.add((prefix, verb))
    verbs = set(STATUS_OF)
    assert seen == {("ACCOUNT", verb) for verb in verbs} | {
        ("ACCOUNT_GROUP", verb) for verb in verbs - {"UPDATED"}
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_account_of_the_books_has_one_there_and_two_share_a_group(seed: int) -> None:
    """The mapping is one to one; every account's group is known and older than it."""
    books, deliveries = books_of(seed), upvest_deliveries(books_of(seed))
    events = events_of(deliveries)
    accounts, groups = objects(events, "ACCOUNT"), objects(events, "ACCOUNT_GROUP")
    assert list(deliveries.accounts) == [account.account_id for account in books.accounts]
    assert len(set(deliveries.accounts.values())) == len(books.accounts)
    assert accounts.keys() == set(deliveries.accounts.values())
    numbers: dict[str, list[int]] = defaultdict(list)
    for states in accounts.values():
        numbers[states[0]["account_group_id"]].append(states[0]["account_number"])
        assert groups[states[0]["account_group_id"]][0]["created_at"] < states[0]["created_at"]
    assert numbers.keys() == groups.keys()
    assert sorted(numbers.values()) == [[1]] * (len(groups) - 1) + [[1, 2]]
    kinds = {states[0]["type"] for states in groups.values()}
    assert kinds == {"PERSONAL", "LEGAL_ENTITY", "FRENCH_PEA", "ISA", "CHILD", "BUSINESS"}


@pytest.mark.parametrize("seed", SEEDS)
def test_accounts_are_locked_and_closed_with_those_of_the_books(seed: int) -> None:
    """All others are active in the end, and so are their groups."""
    books, deliveries = books_of(seed), upvest_deliveries(books_of(seed))
    events = events_of(deliveries)
    accounts, groups = objects(events, "ACCOUNT"), objects(events, "ACCOUNT_GROUP")
    for account in books.accounts:
        states = accounts[deliveries.accounts[account.account_id]]
        last = "LOCKED" if account.blocked_on else "CLOSED" if account.closed_on else "ACTIVE"
        assert states[-1]["status"] == last
        assert groups[states[0]["account_group_id"]][-1]["status"] == last
        ended = account.blocked_on or account.closed_on
        if ended is not None:
            assert states[-1]["updated_at"][:10] == ended.isoformat()
    owners = {states[0]["type"]: states[0].get("users", []) for states in groups.values()}
    assert [user["type"] for user in owners["CHILD"]] == ["CHILD", "GUARDIAN"]
    assert [user["type"] for user in owners["ISA"]] == ["OWNER"]
    assert owners["BUSINESS"] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_events_are_in_order_inside_a_request_only_and_one_request_comes_twice(seed: int) -> None:
    """As documented; the same books give the same bodies."""
    deliveries = upvest_deliveries(books_of(seed))
    firsts = []
    for request in requests(deliveries):
        times = [event["created_at"] for event in request]
        assert times == sorted(times)
        firsts.append(times[0])
    assert firsts != sorted(firsts)
    assert deliveries.bodies[0] == deliveries.bodies[1]
    assert len(set(deliveries.bodies)) == len(deliveries.bodies) - 1
    assert deliveries == upvest_deliveries(make_books(seed))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", UPVEST_FAULTS)
def test_a_fault_is_about_one_account_or_group(name: str, seed: int) -> None:
    """Only the events of the one that is named differ, or go."""
    right = {event["id"]: event for event in events_of(upvest_deliveries(books_of(seed)))}
    deliveries, identity = wrong_deliveries(books_of(seed), name)
    wrong = {event["id"]: event for event in events_of(deliveries)}
    differing = [event for key, event in right.items() if wrong.get(key) != event]
    assert differing
    assert {event["object"]["id"] for event in differing} == {identity}
    assert UPVEST_FAULTS[name].description.endswith(".")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("child_without_guardian", "type", "CHILD"),
        ("account_number_used_twice", "account_number", 1),
        ("account_of_unknown_group", "name", "Account 2"),
    ],
)
def test_what_a_fault_plants_is_there(name: str, field: str, value: object) -> None:
    """In the object that the fault names."""
    deliveries, identity = wrong_deliveries(books_of(0), name)
    told = [e["object"] for e in events_of(deliveries) if e["object"]["id"] == identity]
    assert value in [each[field] for each in told]
    groups = objects(events_of(deliveries), "ACCOUNT_GROUP")
    if name == "account_of_unknown_group":
        assert not {each["account_group_id"] for each in told} & groups.keys()
    if name == "child_without_guardian":
        assert {user["type"] for each in told for user in each["users"]} == {"CHILD"}
