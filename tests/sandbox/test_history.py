from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from recon.sandbox.books.model import Event
from recon.sandbox.messages.samples import sample_books
from recon.sandbox.wire.server import Sandbox
from tests.sandbox.client import (
    ALL,
    BOOKS,
    NTA,
    POSITIONS,
    SYSTEM,
    TRADES,
    get,
    refusal,
)

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.mark.parametrize(("path", "events"), [(TRADES, BOOKS.trades), (SYSTEM, BOOKS.system)])
def test_history_is_served_in_order_and_the_stream_ends(
    broker: Sandbox, path: str, events: tuple[Event, ...]
) -> None:
    """A past `until` ends the response with 200 right after the history."""
    answer = get(broker.url, f"{path}?{ALL}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.events == [event.text for event in events]
    assert answer.body.startswith(":heartbeat\n\n")


def test_pending_journals_come_only_when_asked_for(broker: Sandbox) -> None:
    """And then before the executed state of the same id."""
    shown = get(broker.url, f"{NTA}?{ALL}").events
    everything = get(broker.url, f"{NTA}?{ALL}&include_preprocessing=true").events
    assert everything == [event.text for event in BOOKS.activities]
    assert shown == [text for text in everything if '"status":"pending"' not in text]
    assert len(everything) - len(shown) == 2


def test_a_window_is_half_open_on_at(broker: Sandbox) -> None:
    """An event exactly at `since` is inside, one exactly at `until` is not."""
    first, last = BOOKS.trades[10].payload["at"], BOOKS.trades[20].payload["at"]
    events = get(broker.url, f"{TRADES}?since={first}&until={last}").events
    assert events == [event.text for event in BOOKS.trades[10:20]]


def test_a_bare_date_is_midnight_utc(broker: Sandbox) -> None:
    """The sandbox's reading; the documents do not say."""
    by_date = get(broker.url, f"{TRADES}?since=2026-06-16&until=2026-06-17").events
    by_instant = get(
        broker.url, f"{TRADES}?since=2026-06-16T00:00:00Z&until=2026-06-16T20:00:00-04:00"
    ).events
    assert by_date == by_instant
    assert {json.loads(text)["at"][:10] for text in by_date} == {"2026-06-16"}


def test_ulid_cursors_exclude_the_first_and_include_the_last(broker: Sandbox) -> None:
    """since_id and until_id on v2, since_ulid and until_ulid on v1."""
    ids = [event.event_id for event in BOOKS.trades]
    events = get(broker.url, f"{TRADES}?since_id={ids[4]}&until_id={ids[9]}").events
    assert events == [event.text for event in BOOKS.trades[5:10]]
    ids = [event.event_id for event in BOOKS.activities]
    target = f"{NTA}?since_ulid={ids[0]}&until_ulid={ids[3]}&include_preprocessing=true"
    assert get(broker.url, target).events == [event.text for event in BOOKS.activities[1:4]]


def test_v1_also_takes_integer_ids(broker: Sandbox) -> None:
    """The deprecated cursor of select partners."""
    numbers = [event.payload["event_id"] for event in BOOKS.activities]
    target = f"{NTA}?since_id={numbers[2]}&until_id={numbers[5]}&include_preprocessing=true"
    assert get(broker.url, target).events == [event.text for event in BOOKS.activities[3:6]]


def test_the_samples_take_integer_ids_in_any_order() -> None:
    """Published earlier does not mean a smaller number: the documented ones run backwards once."""
    path = "/v1/events/accounts/status"
    with Sandbox(sample_books(SAMPLES)) as broker:
        events = get(broker.url, f"{path}?since_id=12627496&until_id=12627521").events
        numbers = [json.loads(text)["event_id"] for text in events]
    assert numbers == [12627517, 12627518, 12627519, 12627521, 12627497]


def test_nta_can_be_filtered_by_account_and_by_group(broker: Sandbox) -> None:
    """The three legs of one stock-and-cash merger share a group."""
    account_id = BOOKS.accounts[1].account_id
    events = get(broker.url, f"{NTA}?{ALL}&id={account_id}").events
    assert {json.loads(text)["account_id"] for text in events} == {account_id}
    group_id = next(
        event.payload["group_id"] for event in BOOKS.activities
        if event.payload.get("entry_sub_type") == "SCMA"
    )  # fmt: skip
    legs = [json.loads(text) for text in get(broker.url, f"{NTA}?{ALL}&group_id={group_id}").events]
    assert [leg["entry_sub_type"] for leg in legs] == ["SCMA"] * 3


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"{TRADES}?until=2026-06-17", 400),
        (f"{TRADES}?until_id=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{TRADES}?since=2026-06-17&since_id=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{NTA}?since=2026-06-17&since_ulid=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{NTA}?since_id=1&since_ulid=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{NTA}?until_ulid=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{TRADES}?since_ulid=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{SYSTEM}?since=2026-06-17&until=2026-06-18&until_id=01HCMKKNRK7S5C1JYP50QGDECQ", 400),
        (f"{TRADES}?since_id=12", 422),
        (f"{NTA}?since_id=01HCMKKNRK7S5C1JYP50QGDECQ", 422),
        (f"{TRADES}?since=yesterday", 422),
        (f"{TRADES}?since=2026-06-31", 422),
        (f"{TRADES}?since=2026-06-17T00:00:00", 422),
        (f"{TRADES}?since=2026-06-17T00:00:00+02:00", 422),
        ("/v1/events/trades?since=2026-06-17", 404),
        ("/v1/reporting/eod/balances", 404),
        ("/v1/trading/accounts/nobody/account", 404),
        ("/v1/trading/accounts/nobody", 404),
        (f"{POSITIONS}?asof=2026-06-22", 422),
        (f"{POSITIONS}?limit=0", 422),
        (f"{POSITIONS}?page_token=nonsense", 422),
    ],
)
def test_what_the_broker_refuses(broker: Sandbox, target: str, status: int) -> None:
    """With the documented JSON form of an error."""
    assert refusal(get(broker.url, target)) == status


def test_a_plus_must_be_encoded(broker: Sandbox) -> None:
    """Encoded it is an offset; as it is, it has become a space."""
    since = quote("2026-06-16T02:00:00+02:00")
    events = get(broker.url, f"{TRADES}?since={since}&until=2026-06-17").events
    assert events == get(broker.url, f"{TRADES}?since=2026-06-16&until=2026-06-17").events


@pytest.mark.parametrize("authorization", [None, "Basic c2FuZGJveC1rZXk6d3Jvbmc=", "Basic !", "x"])
@pytest.mark.parametrize("target", [f"{TRADES}?{ALL}", POSITIONS, "/nowhere"])
def test_without_the_right_key_nothing_is_told(
    broker: Sandbox, target: str, authorization: str | None
) -> None:
    """401, whether or not the path exists."""
    assert refusal(get(broker.url, target, authorization)) == 401
