from __future__ import annotations

import datetime
import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from recon.sandbox.books import make_books
from recon.sandbox.faults import FAULTS
from recon.sandbox.samples import sample_books
from recon.sandbox.server import Sandbox
from recon.sandbox.transport import TransportFault
from tests.sandbox.client import Answer, get, opened

BOOKS = make_books(7)
TRADES, NTA, SYSTEM = "/v2/events/trades", "/v1/events/nta", "/v2/events/system"
POSITIONS = "/v1/reporting/eod/positions"
SAMPLES = Path(__file__).parents[2] / "data" / "samples"
ALL = "since=2026-06-01&until=2026-07-01"
DAY_2 = datetime.date(2026, 6, 16)


@pytest.fixture
def broker() -> Iterator[Sandbox]:
    """Everything published."""
    with Sandbox(BOOKS, heartbeat_seconds=0.05) as sandbox:
        yield sandbox


def read_until(response: http.client.HTTPResponse, wanted: str) -> str:
    """What a live stream sends up to a piece of text."""
    body, deadline = "", time.monotonic() + 10
    while wanted not in body:
        assert time.monotonic() < deadline, f"expected {wanted!r}; saw {body!r}"
        body += response.read1().decode()
    return body


def refusal(answer: Answer) -> int:
    """The status of a refusal, having checked its documented form."""
    assert set(json.loads(answer.body)) == {"code", "message"}
    return answer.status


@pytest.mark.parametrize(("path", "events"), [(TRADES, BOOKS.trades), (SYSTEM, BOOKS.system)])
def test_history_is_served_in_order_and_the_stream_ends(
    broker: Sandbox, path: str, events: tuple[object, ...]
) -> None:
    """A past `until` ends the response with 200 right after the history."""
    answer = get(broker.url, f"{path}?{ALL}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.events == [event.text for event in events]  # type: ignore[attr-defined]
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


def test_nta_can_be_filtered_by_account_and_by_group(broker: Sandbox) -> None:
    """The three legs of one stock-and-cash merger share a group."""
    account_id = BOOKS.accounts[1].account_id
    events = get(broker.url, f"{NTA}?{ALL}&id={account_id}").events
    assert {json.loads(text)["account_id"] for text in events} == {account_id}
    group_id = next(
        event.payload["group_id"] for event in BOOKS.activities if "group_id" in event.payload
    )
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


def test_live_readers_get_no_history_but_what_comes(broker: Sandbox) -> None:
    """Without a cursor the first thing is a heartbeat; published texts follow as they are."""
    with opened(broker.url, TRADES) as response:
        assert read_until(response, "\n\n") == ":heartbeat\n\n"
        broker.publish_live("trades", '{"not":"an event"}')
        assert 'data: {"not":"an event"}\n\n' in read_until(response, "event")


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


def test_positions_come_in_pages_of_accounts(broker: Sandbox) -> None:
    """All pages together are the closing; accounts without positions are left out."""
    pages: dict[str, list[dict[str, str]]] = {}
    token: str | None = ""
    while token is not None:
        extra = f"&page_token={quote(token)}" if token else ""
        answer = get(broker.url, f"{POSITIONS}?asof=2026-06-23&limit=3{extra}")
        page = json.loads(answer.body)
        assert page["asof"] == "2026-06-23"
        assert 1 <= len(page["positions"]) <= 3
        pages |= page["positions"]
        token = page["next_page_token"]
    closing = BOOKS.closings[datetime.date(2026, 6, 23)]
    expected = {
        account_id: [(line.asset.symbol, line.qty) for line in lines]
        for account_id, lines in closing.positions.items()
    }
    assert {
        account_id: [(line["symbol"], type(closing_qty)(line["qty"]))
                     for line, (_, closing_qty) in zip(lines, expected[account_id], strict=True)]
        for account_id, lines in pages.items()
    } == expected  # fmt: skip


def test_positions_can_be_asked_for_one_account(broker: Sandbox) -> None:
    """The account_id filter."""
    account_id = BOOKS.accounts[3].account_id
    page = json.loads(get(broker.url, f"{POSITIONS}?account_id={account_id}").body)
    assert list(page["positions"]) == [account_id]


def test_balances_are_of_the_last_published_date() -> None:
    """last_cash with its balance_asof, as strings, and the rate limit headers."""
    account = BOOKS.accounts[1]
    with Sandbox(BOOKS, as_of=DAY_2) as broker:
        answer = get(broker.url, f"/v1/trading/accounts/{account.account_id}/account")
    payload = json.loads(answer.body)
    cash = BOOKS.closings[DAY_2].cash[account.account_id]
    assert (payload["balance_asof"], payload["currency"]) == ("2026-06-16", "USD")
    assert type(cash)(payload["last_cash"]) == cash
    assert payload["account_number"] == account.number
    for name in ("Limit", "Remaining", "Reset"):
        assert int(answer.headers[f"X-RateLimit-{name}"]) > 0


def test_an_account_left_out_of_the_statement_keeps_its_older_balance() -> None:
    """As where one account's beginning-of-day sync has not happened."""
    planted = FAULTS["statement_account_missing"].plant(BOOKS, frozenset())
    with Sandbox(planted.books) as broker:
        positions = json.loads(get(broker.url, POSITIONS).body)["positions"]
        answer = get(broker.url, f"/v1/trading/accounts/{planted.account_id}/account")
    assert planted.account_id not in positions
    assert json.loads(answer.body)["balance_asof"] == "2026-06-18"


@pytest.mark.parametrize(
    ("path", "file"),
    [(TRADES, "trades_v2.ndjson"), (NTA, "nta.ndjson"), (SYSTEM, "system.ndjson")],
)
def test_the_documented_samples_are_replayed_byte_for_byte(path: str, file: str) -> None:
    """In the order of their files, placeholders and all."""
    extra = "&include_preprocessing=true" if path == NTA else ""
    with Sandbox(sample_books(SAMPLES)) as broker:
        answer = get(broker.url, f"{path}?since=2020-01-01&until=2026-06-01{extra}")
        statement = json.loads(get(broker.url, POSITIONS).body)
    body = "".join(f"{text}\n" for text in answer.events).encode()
    assert body == (SAMPLES / file).read_bytes()
    assert statement == {"asof": "2026-01-05", "next_page_token": None, "positions": {}}


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


@pytest.mark.parametrize("kind", ["drop", "drop_mid_frame"])
def test_a_dropped_connection_breaks_the_response(kind: str) -> None:
    """After so many events; the next request gets everything."""
    fault = TransportFault(kind=kind, after=3)  # type: ignore[arg-type]
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        with (
            opened(broker.url, f"{TRADES}?{ALL}") as response,
            pytest.raises(http.client.IncompleteRead) as broken,
        ):
            response.read()
        body = broken.value.partial.decode()
        assert body.count("data: ") == (3 if kind == "drop" else 4)
        assert body.endswith("\n\n") == (kind == "drop")
        assert len(get(broker.url, f"{TRADES}?{ALL}").events) == len(BOOKS.trades)


@pytest.mark.parametrize(
    ("kind", "comment"), [("server_error", ": internal server error"), ("early_end", None)]
)
def test_a_stream_can_end_cleanly_too_early(kind: str, comment: str | None) -> None:
    """Only the comment tells a server error from an end."""
    fault = TransportFault(kind=kind, path=TRADES, after=5)  # type: ignore[arg-type]
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        answer = get(broker.url, f"{TRADES}?{ALL}")
    assert len(answer.events) == 5
    assert (": internal server error" in answer.comments) == (comment is not None)


def test_a_slow_reader_is_told_what_it_lost() -> None:
    """The comment, the loss, and then the rest."""
    fault = TransportFault(kind="slow", after=10, count=4)
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        answer = get(broker.url, f"{TRADES}?{ALL}")
    assert ": you are reading too slowly, dropped 4 messages" in answer.comments
    texts = [event.text for event in BOOKS.trades]
    assert answer.events == texts[:10] + texts[14:]


def test_every_event_can_be_sent_twice() -> None:
    """Duplicates follow each other."""
    with Sandbox(BOOKS, transport=(TransportFault(kind="duplicate"),)) as broker:
        events = get(broker.url, f"{SYSTEM}?{ALL}").events
    assert events == [event.text for event in BOOKS.system for _ in range(2)]


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_status_strikes_as_often_as_it_is_told(status: int) -> None:
    """On the paths that begin with the fault's, reports included."""
    fault = TransportFault(kind="status", path="/v1", status=status, retry_after=2, times=2)
    with Sandbox(BOOKS, transport=(fault,)) as broker:
        struck = [get(broker.url, POSITIONS), get(broker.url, f"{NTA}?{ALL}")]
        assert get(broker.url, f"{TRADES}?{ALL}").status == 200
        assert get(broker.url, POSITIONS).status == 200
    for answer in struck:
        assert refusal(answer) == status
        assert answer.headers["Retry-After"] == "2"
        assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 3


def test_silence_is_an_open_stream_without_a_byte() -> None:
    """Not even the heartbeat on connecting."""
    fault = TransportFault(kind="silence")
    with (
        Sandbox(BOOKS, transport=(fault,), heartbeat_seconds=0.02) as broker,
        opened(broker.url, f"{TRADES}?{ALL}") as response,
    ):
        assert response.status == 200
        ended: list[bytes] = []

        def read() -> None:
            with pytest.raises(http.client.IncompleteRead) as broken:
                response.read()
            ended.append(broken.value.partial)

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=0.2)
        assert reader.is_alive()
        broker.__exit__(None, None, None)
        reader.join()
    assert ended == [b""]


def test_a_date_without_books_is_refused() -> None:
    """Juneteenth is no system date."""
    with pytest.raises(ValueError, match="2026-06-18"):
        Sandbox(BOOKS, as_of=datetime.date(2026, 6, 19))
