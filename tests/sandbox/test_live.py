from __future__ import annotations

import datetime
import http.client
import json
import threading
import time

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.sandbox.client import (
    ALL,
    BOOKS,
    DAY_2,
    NTA,
    SYSTEM,
    TRADES,
    get,
    opened,
    read_until,
)


def test_live_readers_get_no_history_but_what_comes(broker: Sandbox) -> None:
    """Without a cursor the first thing is a heartbeat; published texts follow as they are."""
    with opened(broker.url, TRADES) as response:
        assert read_until(response, "\n\n") == ":heartbeat\n\n"
        broker.publish_live("trades", '{"not":"an event"}')
        assert read_until(response, 'data: {"not":"an event"}\n\n')


def test_heartbeats_come_while_nothing_happens(broker: Sandbox) -> None:
    """Every heartbeat_seconds; three are seen here within well under the time-out."""
    with opened(broker.url, SYSTEM) as response:
        assert read_until(response, ":heartbeat\n\n" * 3).strip(":heartb\n") == ""


def test_advancing_publishes_history_first_and_then_live() -> None:
    """A reader of the second day gets the third when the broker's books are ready."""
    with Sandbox(BOOKS, as_of=DAY_2, heartbeat_seconds=0.05) as broker:
        assert broker.as_of == DAY_2
        with opened(broker.url, f"{SYSTEM}?since=2026-06-01") as response:
            body = read_until(response, "2026-06-16")
            assert "2026-06-17" not in body
            broker.advance_to(datetime.date(2026, 6, 17))
            assert read_until(response, '"system_date":"2026-06-17"')
        with pytest.raises(ValueError, match="2026-06-18"):
            broker.advance_to(DAY_2)


def test_nothing_is_published_before_its_time() -> None:
    """The evening's first events of the next date are out, the next day's are not."""
    with Sandbox(BOOKS, as_of=DAY_2) as broker:
        events = [json.loads(text) for text in get(broker.url, f"{NTA}?{ALL}").events]
        ready = [json.loads(text) for text in get(broker.url, f"{SYSTEM}?{ALL}").events]
    assert max(each["at"] for each in events) < max(each["at"] for each in ready)
    assert {each["system_date"] for each in events} == {"2026-06-15", "2026-06-16", "2026-06-17"}
    assert len(ready) == 4


def test_a_stream_stays_open_until_its_end_has_passed(broker: Sandbox) -> None:
    """`until` on the real clock; a late event inside the window is still delivered."""
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=0.4)
    until = end.isoformat().replace("+00:00", "Z")
    late = '{"at":"2026-06-20T00:00:00Z","event_id":"01KVJ000000000000000000000"}'
    timer = threading.Timer(0.1, broker.publish_live, ("trades", late))
    timer.start()
    answer = get(broker.url, f"{TRADES}?since=2026-06-19T12:00:00Z&until={until}")
    timer.join()
    assert time.time() >= end.timestamp()
    assert answer.status == 200
    assert answer.events[-1] == late


def test_leaving_the_sandbox_ends_open_connections() -> None:
    """A live reader's response is broken off; no thread is left behind."""
    before = threading.active_count()
    with Sandbox(BOOKS) as broker, opened(broker.url, TRADES) as response:
        read_until(response, "\n\n")
        started = time.monotonic()
        broker.__exit__(None, None, None)
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        assert time.monotonic() - started < 5
    assert threading.active_count() == before


def test_requests_are_remembered(broker: Sandbox) -> None:
    """So that a test can see what was asked."""
    get(broker.url, f"{TRADES}?{ALL}")
    assert broker.requests == (f"{TRADES}?{ALL}",)
