"""The inbox: what was acknowledged comes into the archive once, in the order received."""

from __future__ import annotations

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pendulum
import pytest

import recon.archive.inbox
from recon.archive.archive import Archive
from recon.archive.inbox import InboxDamaged, absorb, inbox_of, keep, open_inbox, waiting
from recon.archive.manifest import Fetch, read_manifest, sweep
from recon.archive.quarantine import set_aside_files
from recon.archive.read import archived
from recon.archive.segment import read_texts
from recon.feeds.streams import UPVEST
from tests.webhook.events import account, event_id, every_event, group, payload
from tests.webhook.receiving import STARTED, absorbed_ids, bodies, kept

NOON = pendulum.datetime(2026, 6, 15, 12)


def texts(archive: Path) -> list[str]:
    """The raw texts of the archive, in order."""
    return [
        text
        for fetch in read_manifest(archive)
        for segment in fetch.segments
        for text in read_texts(archive / UPVEST.name, segment)
    ]


def test_events_of_every_type_are_archived_to_the_letter(tmp_path: Path) -> None:
    """Accounts and groups of every kind: all columns read, none malformed."""
    events = every_event()
    inbox = open_inbox(tmp_path)
    keep(inbox, payload(*events[:20]), NOON)
    for place, text in enumerate(events[20:], start=1):
        keep(inbox, text.encode(), NOON.add(seconds=place))
    (fetch,) = absorb(Archive(tmp_path, STARTED))
    assert (fetch.received, fetch.new, fetch.duplicates) == (42, 42, 0)
    assert (fetch.stream, fetch.ended, fetch.complete) == ("upvest", "ingested", False)
    assert (fetch.since, fetch.until) == ("2026-06-15T00:00:01Z", "2026-06-15T00:00:43Z")
    assert (fetch.started_at, kept(tmp_path)) == (STARTED, [])
    assert texts(tmp_path) == events
    columns = ["identity", "malformed", "unread", "object_type", "status"]
    rows = list(archived(tmp_path, [fetch], UPVEST.name, columns))
    assert [row["identity"] for row in rows] == [event_id(number) for number in range(1, 43)]
    assert {(row["malformed"], *row["unread"]) for row in rows} == {(None,)}
    assert {row["object_type"] for row in rows} == {
        "TRADING", "PORTFOLIO",
        "PERSONAL", "LEGAL_ENTITY", "FRENCH_PEA", "ISA", "CHILD", "BUSINESS",
    }  # fmt: skip


def test_an_event_that_comes_again_is_archived_once(tmp_path: Path) -> None:
    """In another body, alone or in a payload, on another day; a changed one is another content."""
    inbox = open_inbox(tmp_path)
    keep(inbox, payload(account(1), group(2)), NOON)
    keep(inbox, account(1).encode() + b"\n", NOON.add(seconds=1))
    (first,) = absorb(Archive(tmp_path, STARTED))
    keep(inbox, payload(group(2), account(1)), NOON)
    keep(inbox, payload(account(1, "CLOSED")), NOON.add(days=1))
    (second,) = absorb(Archive(tmp_path, STARTED))
    assert (first.received, first.new, first.duplicates) == (3, 2, 1)
    assert (second.received, second.new, second.duplicates) == (3, 1, 2)
    assert absorbed_ids(tmp_path) == [event_id(1), event_id(2), event_id(1)]


def test_an_empty_inbox_writes_nothing(tmp_path: Path) -> None:
    """Nor does one that was never made."""
    assert absorb(Archive(tmp_path, STARTED)) == []
    open_inbox(tmp_path)
    assert absorb(Archive(tmp_path, STARTED)) == []
    assert read_manifest(tmp_path) == []


def test_a_body_without_any_event_is_set_aside(tmp_path: Path) -> None:
    """It was acknowledged, so it is kept to the letter, beside one that has events or alone."""
    inbox = open_inbox(tmp_path)
    empty = [b"", b" \n", b'{"payload": []}']
    for place, body in enumerate(empty):
        keep(inbox, body, NOON.add(seconds=place))
    assert absorb(Archive(tmp_path, STARTED)) == []
    keep(inbox, payload(account(1)), NOON)
    keep(inbox, b"{}", NOON)
    keep(inbox, b"\t", NOON)
    assert len(waiting(tmp_path)) == 3
    (fetch,) = absorb(Archive(tmp_path, STARTED))
    assert (fetch.received, kept(tmp_path), waiting(tmp_path)) == (2, [], [])
    aside = [path.read_bytes() for path in set_aside_files(tmp_path)]
    assert sorted(aside) == sorted([*empty, b"\t"])


def test_what_cannot_be_read_is_archived_and_says_so(tmp_path: Path) -> None:
    """Not even when no event says when it was; the window is then the moment of the run."""
    inbox = open_inbox(tmp_path)
    bodies = [b"no JSON", b'{"id": "\xff"}', b'{"payload": [1], "next": "x"}']
    for place, body in enumerate(bodies):
        keep(inbox, body, NOON.add(seconds=place))
    (fetch,) = absorb(Archive(tmp_path, STARTED))
    assert texts(tmp_path) == ["no JSON", '{"id": "\udcff"}', "1", '{"next": "x"}']
    assert (fetch.since, fetch.until) == ("2026-06-16T06:00:00Z", "2026-06-16T06:00:01Z")
    rows = archived(tmp_path, [fetch], UPVEST.name, ["malformed"])
    assert [row["malformed"] for row in rows] == [
        "not JSON: JSONDecodeError",
        "lacks event_at, type, object_id",
        "not a JSON object but Number",
        "lacks event_at, type, object_id",
    ]


def test_a_large_inbox_is_absorbed_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded; each part has its line and goes only then."""
    monkeypatch.setattr(recon.archive.inbox, "BYTES_PER_FETCH", 1000)
    inbox = open_inbox(tmp_path)
    for number in range(1, 8):
        keep(inbox, account(number).encode(), NOON.add(seconds=number))
    assert 334 < len(account(1).encode()) < 500
    parts: list[Fetch] = absorb(Archive(tmp_path, STARTED))
    assert [part.new for part in parts] == [3, 3, 1]
    assert absorbed_ids(tmp_path) == [event_id(number) for number in range(1, 8)]


def test_bodies_come_in_the_order_received(tmp_path: Path) -> None:
    """Whatever their names hash to, and whatever their events say of their time."""
    inbox = open_inbox(tmp_path)
    order = [5, 3, 9, 1]
    for place, number in enumerate(order):
        keep(inbox, account(number).encode(), NOON.add(microseconds=place))
    assert absorbed_ids(tmp_path) == [event_id(number) for number in order]


def test_a_body_is_kept_once_by_however_many(tmp_path: Path) -> None:
    """At any later time it is known; at the same moment there may be two files of one event."""
    inbox = open_inbox(tmp_path)
    body = payload(account(1))
    assert keep(inbox, body, NOON)
    assert not keep(inbox, body, NOON.add(hours=1))
    other = payload(account(2))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: keep(inbox, other, NOON.add(microseconds=n)), range(64)))
    assert absorbed_ids(tmp_path) == [event_id(1), event_id(2)]


def test_a_damaged_body_stops_the_run(tmp_path: Path) -> None:
    """It was acknowledged, so nobody sends it again: somebody must look."""
    inbox = open_inbox(tmp_path)
    keep(inbox, payload(account(1)), NOON)
    (path,) = bodies(tmp_path)
    path.write_bytes(payload(account(2)))
    with pytest.raises(InboxDamaged, match="the content that its name was made of"):
        absorb(Archive(tmp_path, STARTED))
    assert (bodies(tmp_path), read_manifest(tmp_path)) == ([path], [])


def test_an_inbox_of_the_release_before_is_absorbed(tmp_path: Path) -> None:
    """There the bodies lay side by side; the order received is over both."""
    inbox = open_inbox(tmp_path)
    for place, number in enumerate([5, 3, 9, 1]):
        keep(inbox, account(number).encode(), NOON.add(seconds=place))
    for path in bodies(tmp_path)[1:3]:
        path.rename(inbox / path.name)
    assert absorbed_ids(tmp_path) == [event_id(number) for number in (5, 3, 9, 1)]
    assert bodies(tmp_path) == []


def test_a_full_inbox_takes_a_body_as_quickly_as_an_empty_one(tmp_path: Path) -> None:
    """What a delivery looks at is the folder of its own hash: of 60,000 bodies, some 230."""
    inbox = open_inbox(tmp_path)
    keep(inbox, b"first", NOON)
    (first,) = bodies(tmp_path)
    assert first.parent.parent == inbox
    assert len(first.parent.name) == 2
    for number in range(64):
        keep(inbox, b"%d" % number, NOON)
    assert len({path.parent for path in bodies(tmp_path)}) > 40


def test_sweeping_the_archive_leaves_the_inbox_alone(tmp_path: Path) -> None:
    """And opening the inbox, or absorbing it, removes only what was never acknowledged."""
    inbox = open_inbox(tmp_path)
    keep(inbox, payload(account(1)), NOON)
    (body,) = bodies(tmp_path)
    left = [inbox / ".half.tmp", body.parent / ".half.tmp"]
    for path in left:
        path.write_bytes(b"{")
    sweep(tmp_path, [])
    assert [path.exists() for path in left] == [True, True]
    assert inbox == inbox_of(tmp_path) == open_inbox(tmp_path)
    assert kept(tmp_path) == [payload(account(1))]
    assert [path.exists() for path in left] == [False, False]


def test_absorbing_removes_what_a_killed_receiver_left_and_nothing_of_a_living_one(
    tmp_path: Path,
) -> None:
    """Who writes a temporary file holds a lock on it, which goes with the process."""
    inbox = open_inbox(tmp_path)
    dead, living = inbox / ".dead.tmp", inbox / ".living.tmp"
    dead.write_bytes(b"{")
    with living.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        absorb(Archive(tmp_path, STARTED))
        assert (dead.exists(), living.exists()) == (False, True)
    absorb(Archive(tmp_path, STARTED))
    assert not living.exists()
