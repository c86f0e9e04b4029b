"""One window into the archive, over real sockets: all of it once, whatever the wire does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.coverage import BY_CURSOR, covered, is_covered
from recon.archive.manifest import Fetch, read_manifest
from recon.archive.replay import replay_window, why_unproven
from recon.errors import BrokerUnreachable
from recon.feeds.broker import Broker
from recon.feeds.cursor import Cursor
from recon.feeds.sse import OversizeError
from recon.feeds.streams import NTA, TRADES, Stream
from recon.sandbox.books.exact import encode
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from recon.window import Window
from tests.archive.conftest import DAY, SHORT, Serve, books
from tests.archive.making import contents, texts_of, trade, window
from tests.feeds.fault_server import chunk, head, serving

BOTH_DAYS = window("2026-06-15T04:00:00Z", "2026-06-17T04:00:00Z")


def replay(
    broker: Broker, archive: Path, asked: Window | Cursor, stream: Stream = TRADES
) -> list[Fetch]:
    """The command under test, with what never varies."""
    return replay_window(broker, Archive(archive, "2026-06-17T06:00:00Z"), stream, asked)


def published(since: str, until: str) -> list[str]:
    """The trade texts whose `at` lies in [since, until), as the sandbox's books have them."""
    events = [event for event in books().trades if event.system_date <= DAY]
    return [event.text for event in events if since <= str(event.payload["at"]) < until]


ALL = published("2026-06-15T04", "2026-06-17T04")


def test_a_window_is_archived_text_for_text_in_the_order_received(
    tmp_path: Path, serve: Serve
) -> None:
    """What the broker published in the window, no more and no less, byte for byte."""
    _, broker = serve()
    made = replay(broker, tmp_path, BOTH_DAYS)
    assert texts_of(tmp_path) == ALL
    assert len(ALL) > 50
    assert [(fetch.ended, fetch.new, fetch.duplicates) for fetch in made] == [
        ("complete", len(ALL), 0)
    ]
    assert made == read_manifest(tmp_path)


def test_a_second_replay_changes_no_segment(tmp_path: Path, serve: Serve) -> None:
    """It is only noted that it was asked, and that everything was known."""
    _, broker = serve()
    replay(broker, tmp_path, BOTH_DAYS)
    before = contents(tmp_path / "trades")
    (again,) = replay(broker, tmp_path, BOTH_DAYS)
    assert contents(tmp_path / "trades") == before
    assert (again.received, again.new, again.duplicates) == (len(ALL), 0, len(ALL))
    assert (again.missing, again.segments) == (0, ())


def test_an_overlap_is_counted_and_not_archived_twice(tmp_path: Path, serve: Serve) -> None:
    """Each night reads some days back, because late records carry old times."""
    _, broker = serve()
    replay(broker, tmp_path, window("2026-06-15T04:00:00Z", "2026-06-16T14:30:00Z"))
    (second,) = replay(broker, tmp_path, window("2026-06-15T14:30:00Z", "2026-06-17T04:00:00Z"))
    assert second.duplicates == len(published("2026-06-15T14:30", "2026-06-16T14:30")) > 0
    assert second.new == len(published("2026-06-16T14:30", "2026-06-17T04")) > 0
    assert sorted(texts_of(tmp_path)) == sorted(ALL)


def test_a_wire_that_sends_everything_twice_changes_nothing(tmp_path: Path, serve: Serve) -> None:
    """The second of each pair is a duplicate of the first."""
    _, broker = serve(TransportFault("duplicate"))
    (fetch,) = replay(broker, tmp_path, BOTH_DAYS)
    assert texts_of(tmp_path) == ALL
    assert (fetch.received, fetch.new, fetch.duplicates) == (2 * len(ALL), len(ALL), len(ALL))


def test_the_same_identity_with_other_content_is_kept_twice(tmp_path: Path, serve: Serve) -> None:
    """Which of the two is right is for a rule to ask, not for the archive to choose."""
    sandbox, broker = serve()
    event = next(event for event in books().activities if event.system_date == DAY)
    other = encode({**event.payload, "description": "told otherwise"})
    sandbox.publish_live("nta", other)
    replay(broker, tmp_path, BOTH_DAYS, NTA)
    kept = [text for text in texts_of(tmp_path, NTA) if str(event.payload["id"]) in text]
    assert kept == [event.text, other]


@pytest.mark.parametrize(
    ("kind", "ended"),
    [("drop", "cut"), ("drop_mid_frame", "cut"), ("server_error", "server_error"),
     ("silence", "timeout")],
)  # fmt: skip
def test_a_reading_that_breaks_off_is_repeated(
    tmp_path: Path, serve: Serve, kind: str, ended: str
) -> None:
    """What had come is kept, the rest comes with the second try, and only that one counts."""
    fault = TransportFault(kind, after=7)  # type: ignore[arg-type]  # one of its kinds
    _, broker = serve(fault)
    first, second = replay(broker, tmp_path, BOTH_DAYS)
    kept = 0 if kind == "silence" else 7
    assert (first.ended, first.new) == (ended, kept)
    assert (second.ended, second.new, second.duplicates) == ("complete", len(ALL) - kept, kept)
    assert texts_of(tmp_path) == ALL
    assert is_covered(read_manifest(tmp_path), "trades", BOTH_DAYS)


def test_a_lossy_reading_is_repeated_in_halves_and_covers_the_window(
    tmp_path: Path, serve: Serve
) -> None:
    """The broker says that it dropped messages: smaller windows are what it can keep up with."""
    _, broker = serve(TransportFault("slow", after=5, count=9))
    lossy, early, late = replay(broker, tmp_path, BOTH_DAYS)
    assert (lossy.ended, lossy.dropped, lossy.new) == ("lossy", 9, len(ALL) - 9)
    assert (early.since, late.until) == (lossy.since, lossy.until)
    assert early.until == late.since == "2026-06-16T04:00:00Z"
    assert early.complete
    assert late.complete
    assert sorted(texts_of(tmp_path)) == sorted(ALL)
    assert is_covered(read_manifest(tmp_path), "trades", BOTH_DAYS)


def test_a_broker_that_keeps_dropping_is_asked_seven_times_and_proves_nothing(
    tmp_path: Path, serve: Serve
) -> None:
    """The whole, two halves, four quarters; then it is said to be incomplete."""
    sandbox, broker = serve(TransportFault("slow", count=1, times=99))
    made = replay(broker, tmp_path, BOTH_DAYS)
    assert [fetch.ended for fetch in made] == ["lossy"] * 7
    assert len(sandbox.requests) == 7
    assert not is_covered(read_manifest(tmp_path), "trades", BOTH_DAYS)


def test_integers_cover_nothing_and_are_repeated_as_they_are(tmp_path: Path, serve: Serve) -> None:
    """Nobody knows when what they number was published: the line says when it was asked."""
    numbers = [
        event.payload["event_id"] for event in books().activities if event.system_date <= DAY
    ]
    _, broker = serve(TransportFault("slow", after=2, count=1))
    lossy, whole = replay(broker, tmp_path, Cursor("id", "0", str(numbers[-1])), NTA)
    assert (lossy.ended, whole.ended) == ("lossy", "by_cursor")
    assert (whole.since, whole.until) == ("2026-06-17T05:59:59Z", "2026-06-17T06:00:00Z")
    assert (whole.received, whole.new) == (len(texts_of(tmp_path, NTA)), 1)


def test_ids_beyond_the_last_end_after_a_quiet_and_prove_nothing(tmp_path: Path) -> None:
    """What came is kept; nothing is asked again, since the broker would say the same."""
    with (
        Sandbox(books(), as_of=DAY, heartbeat_seconds=0.05) as sandbox,
        Broker(sandbox.url, sandbox.key, sandbox.secret, SHORT) as broker,
    ):
        [fetch] = replay(broker, tmp_path, Cursor("id", "0", "999999999"), NTA)
        assert len(sandbox.requests) == 1
    assert (fetch.ended, fetch.new) == ("quiet", len(texts_of(tmp_path, NTA)))
    assert fetch.new > 10
    assert covered([fetch], "nta") == covered([fetch], "nta", BY_CURSOR) == []
    assert "nothing after it is proven" in why_unproven([fetch])


def test_a_window_too_short_to_halve_is_repeated_as_it_is(tmp_path: Path, serve: Serve) -> None:
    """Below two minutes there is nothing to gain."""
    minute = window("2026-06-15T14:00:00Z", "2026-06-15T14:01:59Z")
    _, broker = serve(TransportFault("slow", after=0, count=1))
    asked = [(fetch.since, fetch.until) for fetch in replay(broker, tmp_path, minute)]
    assert set(asked) == {("2026-06-15T14:00:00Z", "2026-06-15T14:01:59Z")}


def test_what_a_later_reading_does_not_bring_is_counted_and_named(
    tmp_path: Path, serve: Serve
) -> None:
    """A broker whose second answer is shorter has lost something, now or then."""
    _, broker = serve()
    replay(broker, tmp_path, BOTH_DAYS)
    _, shorter = serve(TransportFault("early_end", after=len(ALL) - 2))
    (again,) = replay(shorter, tmp_path, BOTH_DAYS)
    assert again.missing == 2
    lost = {json.loads(text)["execution_id"] for text in ALL[-2:]}
    assert set(again.missing_identities) == lost
    assert texts_of(tmp_path) == ALL, "what was seen once is never thrown away"


def test_an_unreachable_broker_leaves_nothing_behind(tmp_path: Path, serve: Serve) -> None:
    """Without an answer there is nothing to write down."""
    _, broker = serve(TransportFault("status", status=503, times=9))
    with pytest.raises(BrokerUnreachable):
        replay(broker, tmp_path, BOTH_DAYS)
    assert contents(tmp_path) == {}


def test_what_came_before_an_endless_event_is_kept(tmp_path: Path) -> None:
    """The reading is refused for its size, but an event that was seen is never thrown away."""
    endless = [chunk(b"data: " + b"x" * (1 << 20))] + [chunk(b"x" * (1 << 20))] * 9
    first = chunk(f"data: {trade()}\n\n".encode())
    script = [head("200 OK", "Transfer-Encoding: chunked"), first, *endless]
    with (
        serving(script) as server,
        Broker(server.url, "k", "s", SHORT) as broker,
        pytest.raises(OversizeError),
    ):
        replay(broker, tmp_path, BOTH_DAYS)
    assert texts_of(tmp_path) == [trade()]
    assert [fetch.ended for fetch in read_manifest(tmp_path)] == ["oversize"]
