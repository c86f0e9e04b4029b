"""The streams beside trades, activities and the end of day, over a real socket."""

from __future__ import annotations

import datetime
import json

import pytest

from recon.sandbox.books.model import Event
from recon.sandbox.messages.samples import sample_books
from recon.sandbox.messages.typed import typed_activities
from recon.sandbox.wire.paths import STREAM_PATHS
from recon.sandbox.wire.server import Sandbox
from tests.sandbox.client import ALL, BOOKS, DAY_2, NTA, SYSTEM, TRADES, get, opened, read_until
from tests.sandbox.client import refusal as refused
from tests.sandbox.schemas import DATA

EVENTS: dict[str, tuple[Event, ...]] = {
    "/v2beta1/events/activities": typed_activities(BOOKS),
    "/v2/events/journals/status": BOOKS.lifecycle["journal_status"],
    "/v1/events/journals/status": BOOKS.lifecycle["journal_status_v1"],
    "/v1/events/transfers/status": BOOKS.lifecycle["transfer_status"],
    "/v2/events/funding/status": BOOKS.lifecycle["funding_status"],
    "/v1/events/accounts/status": BOOKS.lifecycle["account_status"],
    "/v2/events/admin-actions": BOOKS.lifecycle["admin_action"],
    "/v2/events/ipos": BOOKS.lifecycle["ipo"],
}
ULID = "01HCMKKNRK7S5C1JYP50QGDECQ"


def is_v1(path: str) -> bool:
    """Whether the path has integer ids, and ULIDs under names of their own."""
    return path.startswith("/v1/")


def test_every_stream_is_served() -> None:
    """These and the three that move money or tell of the end of day."""
    assert {*EVENTS, TRADES, NTA, SYSTEM} == set(STREAM_PATHS)


@pytest.mark.parametrize("path", EVENTS)
def test_history_is_served_in_order(broker: Sandbox, path: str) -> None:
    """All of it, as the books have it."""
    answer = get(broker.url, f"{path}?{ALL}")
    assert answer.status == 200
    assert answer.events == [event.text for event in EVENTS[path]]
    assert len(answer.events) > 2


@pytest.mark.parametrize("path", EVENTS)
def test_a_window_is_half_open_on_at(broker: Sandbox, path: str) -> None:
    """An event exactly at `since` is inside, one exactly at `until` is not."""
    events = EVENTS[path]
    first, last = events[1].payload["at"], events[-1].payload["at"]
    inside = [each.text for each in events if events[1].at <= each.at < events[-1].at]
    assert get(broker.url, f"{path}?since={first}&until={last}").events == inside


@pytest.mark.parametrize("path", EVENTS)
def test_ulids_exclude_the_first_and_include_the_last(broker: Sandbox, path: str) -> None:
    """Named since_ulid on version 1, since_id on all later ones."""
    events, name = EVENTS[path], "ulid" if is_v1(path) else "id"
    first, last = events[0].event_id, events[-2].event_id
    answer = get(broker.url, f"{path}?since_{name}={first}&until_{name}={last}")
    assert answer.events == [event.text for event in events[1:-1]]


@pytest.mark.parametrize("path", EVENTS)
def test_integers_are_ids_on_version_1_only(broker: Sandbox, path: str) -> None:
    """Each kind of id is refused under the other's name."""
    events = EVENTS[path]
    if is_v1(path):
        numbers = [event.payload["event_id"] for event in events]
        answer = get(broker.url, f"{path}?since_id={numbers[0]}&until_id={numbers[-2]}")
        assert answer.events == [event.text for event in events[1:-1]]
        assert refused(get(broker.url, f"{path}?since_id={ULID}")) == 422
    else:
        assert refused(get(broker.url, f"{path}?since_id=12")) == 422
        assert refused(get(broker.url, f"{path}?since_ulid={ULID}")) == 400


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/events/accounts/status", "account_id"),
        ("/v1/events/journals/status", "journal_id"),
        ("/v2/events/journals/status", "journal_id"),
    ],
)
def test_accounts_and_journals_can_be_asked_for_one(broker: Sandbox, path: str, field: str) -> None:
    """By `id`, which the other streams refuse."""
    identity = EVENTS[path][0].payload[field]
    told = [json.loads(text) for text in get(broker.url, f"{path}?{ALL}&id={identity}").events]
    assert len(told) > 2
    assert {each[field] for each in told} == {identity}
    others = ("/v2/events/funding/status", "/v2beta1/events/activities", "/v2/events/ipos")
    for other in others:
        assert refused(get(broker.url, f"{other}?{ALL}&id={identity}")) == 400


@pytest.mark.parametrize("path", EVENTS)
def test_what_comes_later_is_pushed_when_it_comes(path: str) -> None:
    """Nothing of the third date is out on the second; advancing sends it to a live reader."""
    last = EVENTS[path][-1]
    with Sandbox(BOOKS, as_of=DAY_2, heartbeat_seconds=0.05) as broker:
        early = get(broker.url, f"{path}?{ALL}").events
        assert early == [each.text for each in EVENTS[path]][: len(early)]
        assert all(json.loads(text)["at"] < "2026-06-17T06" for text in early)
        if last.system_date > DAY_2:
            with opened(broker.url, f"{path}?since=2026-06-01") as response:
                broker.advance_to(datetime.date(2026, 6, 23))
                assert read_until(response, f"data: {last.text}\n\n")


def test_the_samples_of_the_other_streams_are_served_as_documented() -> None:
    """The account, journal, transfer and admin action samples; no typed activities."""
    since = "since=2020-01-01&until=2026-01-07"
    with Sandbox(sample_books(DATA / "samples")) as broker:
        for path, file in (
            ("/v1/events/journals/status", "journal_status"),
            ("/v1/events/transfers/status", "transfer_status"),
            ("/v1/events/accounts/status", "account_status"),
            ("/v2/events/admin-actions", "admin_action"),
        ):
            lines = (DATA / "samples" / f"{file}.ndjson").read_text("utf-8").splitlines()
            assert get(broker.url, f"{path}?{since}").events == [line for line in lines if line]
        for path in ("/v2beta1/events/activities", "/v2/events/ipos"):
            assert get(broker.url, f"{path}?{since}").events == []


def test_the_trading_account_tells_what_has_become_of_it(broker: Sandbox) -> None:
    """Blocked or closed from the system date on, not before."""
    (blocked,) = (each for each in BOOKS.accounts if each.blocked_on is not None)
    (closed,) = (each for each in BOOKS.accounts if each.closed_on is not None)
    with Sandbox(BOOKS, as_of=DAY_2) as early:
        for url, has_come in ((early.url, False), (broker.url, True)):
            target = f"/v1/trading/accounts/{blocked.account_id}/account"
            assert json.loads(get(url, target).body)["trading_blocked"] is has_come
            target = f"/v1/trading/accounts/{closed.account_id}/account"
            status = json.loads(get(url, target).body)["status"]
            assert status == ("ACCOUNT_CLOSED" if has_come else "ACTIVE")
