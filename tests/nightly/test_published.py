from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pendulum
import pytest

from recon.archive.archive import Archive
from recon.archive.coverage import covered
from recon.archive.manifest import Fetch, append, read_manifest
from recon.archive.replay import replay_window
from recon.errors import BrokerRefused
from recon.feeds.broker import Broker
from recon.feeds.cursor import ulid_at
from recon.feeds.streams import JOURNAL_STATUS, NTA, SYSTEM, TRADES, Stream, stream_named
from recon.nightly.late_records import read_published
from recon.nightly.progress import SILENT, Progress
from recon.nightly.reader import Reader
from recon.nightly.run import run_date
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from recon.settings import Settings
from recon.window import Window, as_z, day_start
from tests.archive.making import texts_of
from tests.feeds.conftest import KEY, SECRET
from tests.feeds.fault_server import head, serving
from tests.nightly.nights import (
    MONDAY,
    NOW,
    SHORT,
    TUESDAY,
    broker_of,
    right_books,
    run_night,
    settings_of,
)

LAST_NIGHT = pendulum.datetime(2026, 6, 16, 5, 42)  # when the broker was ready with Monday
TONIGHT = pendulum.datetime(2026, 6, 17, 5, 42)
LONG_AGO = "2026-05-17T14:30:00Z"


def late(stream: Stream, published: pendulum.DateTime) -> str:
    """An event of the books once more, under new ids, of 30 days ago, published then."""
    events = right_books().trades if stream is TRADES else right_books().activities
    event = json.loads(events[5].text)
    fresh = {"execution_id": "00000000-0000-4000-8000-000000000001"} if stream is TRADES else {}
    fresh |= {"id": "00000000-0000-4000-8000-000000000002"} if stream is NTA else {}
    cursor = "event_id" if stream is TRADES else "event_ulid"
    text = json.dumps(event | fresh | {"at": LONG_AGO, cursor: ulid_at(published)[:-1] + "Z"})
    return text.replace('"pending"', '"executed"')


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A broker that is ready with Tuesday."""
    with Sandbox(right_books(), as_of=TUESDAY) as serving_books:
        yield serving_books


def reader_of(broker: Broker, settings: Settings, progress: Progress = SILENT) -> Reader:
    """What a night reads the broker with."""
    return Reader(broker, Archive(settings.archive, as_z(NOW)), settings, NOW, progress)


def follow(
    sandbox: Sandbox,
    home: Path,
    stream: Stream,
    since: pendulum.DateTime = LAST_NIGHT,
    until: pendulum.DateTime = TONIGHT,
) -> list[Fetch]:
    """Follow the cursor as a night does."""
    settings = settings_of(home, sandbox.url)
    with broker_of(sandbox) as broker:
        return read_published(reader_of(broker, settings), stream, since, until)


@pytest.mark.parametrize("stream", [TRADES, NTA], ids=lambda stream: stream.name)
def test_what_is_published_late_is_found_by_its_id_and_not_by_its_time(
    tmp_path: Path, sandbox: Sandbox, stream: Stream
) -> None:
    """Thirty days lie before every look-back; proven is nothing of them."""
    text = late(stream, TONIGHT.subtract(hours=9))
    sandbox.publish_live("trades" if stream is TRADES else "nta", text)
    archive = settings_of(tmp_path, sandbox.url).archive
    with broker_of(sandbox) as broker:
        window = Window(LAST_NIGHT.subtract(days=4), TONIGHT)
        replay_window(broker, Archive(archive, as_z(NOW)), stream, window)
    assert text not in texts_of(archive, stream)
    [fetch] = follow(sandbox, tmp_path, stream)
    assert (fetch.ended, fetch.new, fetch.missing) == ("by_cursor", 1, 0)
    assert (fetch.since, fetch.until) == ("2026-06-16T05:32:00Z", "2026-06-17T05:42:00Z")
    assert texts_of(archive, stream)[-1] == text
    assert covered(read_manifest(archive), stream.name) == [window]
    assert follow(sandbox, tmp_path, stream)[0].new == 0


def test_each_version_is_asked_in_its_own_words(tmp_path: Path, sandbox: Sandbox) -> None:
    """since_id is an integer on version 1: there a ULID is a since_ulid."""
    follow(sandbox, tmp_path, TRADES)
    follow(sandbox, tmp_path, NTA)
    ends = ulid_at(LAST_NIGHT.subtract(minutes=10)), ulid_at(TONIGHT)
    assert sandbox.requests[-2:] == (
        f"/v2/events/trades?since_id={ends[0]}&until_id={ends[1]}",
        f"/v1/events/nta?include_preprocessing=true&since_ulid={ends[0]}&until_ulid={ends[1]}",
    )


def test_what_an_earlier_night_did_not_follow_is_followed_tonight(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """From where the last whole reading ended."""
    day = TONIGHT.subtract(days=3)
    follow(sandbox, tmp_path, TRADES, day.subtract(days=1), day)
    [again] = follow(sandbox, tmp_path, TRADES)
    assert again.since == "2026-06-14T05:32:00Z"
    [next_night] = follow(sandbox, tmp_path, TRADES, TONIGHT, TONIGHT.add(days=1))
    assert next_night.since == "2026-06-17T05:32:00Z"


def test_a_reading_that_was_not_whole_is_made_up_for_the_night_after(tmp_path: Path) -> None:
    """Three tries are all of a night; the next begins where the last whole reading ended."""
    fault = TransportFault("server_error", path="/v2/events/trades", times=10**6)
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        follow(sandbox, tmp_path, TRADES, LAST_NIGHT.subtract(days=1), LAST_NIGHT)
    with Sandbox(right_books(), as_of=TUESDAY, transport=(fault,)) as sandbox:
        made = follow(sandbox, tmp_path, TRADES)
    assert [fetch.ended for fetch in made] == ["server_error"] * 3
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        [fetch] = follow(sandbox, tmp_path, TRADES, TONIGHT, TONIGHT.add(days=1))
    assert (fetch.since, fetch.ended) == ("2026-06-16T05:32:00Z", "by_cursor")


def test_a_lossy_reading_is_repeated_in_halves(tmp_path: Path) -> None:
    """Together they are whole, and no event lies between them."""
    fault = TransportFault("slow", path="/v2/events/trades", after=2, count=5)
    with Sandbox(right_books(), as_of=TUESDAY, transport=(fault,)) as sandbox:
        made = follow(sandbox, tmp_path, TRADES)
    assert [fetch.ended for fetch in made] == ["lossy", "by_cursor", "by_cursor"]
    assert made[1].until == made[2].since
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        [again] = follow(sandbox, tmp_path, TRADES)
    assert (again.new, again.received) == (0, made[1].received + made[2].received)


@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Entity"])
def test_a_broker_without_the_cursor_is_noted(tmp_path: Path, status: str) -> None:
    """Then the windows are all there is."""
    noted: list[str] = []
    with serving([head(status, "Content-Length: 0")]) as server:
        settings = settings_of(tmp_path, server.url)
        with Broker(server.url, KEY, SECRET, SHORT) as broker:
            progress = Progress(lambda what, **_: noted.append(what))
            reader = reader_of(broker, settings, progress)
            made = read_published(reader, NTA, LAST_NIGHT, TONIGHT)
    assert (made, noted) == ([], ["publication cursor not taken"])


def test_a_broker_that_refuses_the_key_is_not(tmp_path: Path) -> None:
    """That stops the night, as everywhere."""
    with serving([head("401 Unauthorized", "Content-Length: 0")]) as server:
        settings = settings_of(tmp_path, server.url)
        with Broker(server.url, KEY, SECRET, SHORT) as broker, pytest.raises(BrokerRefused):
            read_published(reader_of(broker, settings), NTA, LAST_NIGHT, TONIGHT)


def begin_books(settings: Settings, opened: date) -> None:
    """The line of the manifest that says with which day the books begin."""
    since = as_z(day_start(opened))
    append(settings.archive, Fetch(1, "opening", since, since, "complete", 0, 0, 0))


def late_journal() -> str:
    """An event of the status of a journal, of long ago, published on the second evening."""
    journals = right_books().lifecycle["journal_status"]
    fresh = {"journal_id": "00000000-0000-4000-8000-000000000003", "at": LONG_AGO}
    published = ulid_at(TONIGHT.subtract(hours=9))[:-1] + "Z"
    return json.dumps(json.loads(journals[0].text) | fresh | {"event_id": published})


def test_every_stream_is_followed_each_night(tmp_path: Path) -> None:
    """A late record of any of them is found the first night after, however old it is; each stream
    is asked by its time and by its publication."""
    names = ("trades", "nta", "activities", "journal_status", "funding_status", "account_status",
             "admin_action", "ipo")  # fmt: skip
    with Sandbox(right_books(), as_of=MONDAY) as sandbox, broker_of(sandbox) as broker:
        settings = settings_of(tmp_path, sandbox.url, streams=",".join(names))
        night(broker, settings, MONDAY)
        text = late_journal()
        sandbox.publish_live("journal_status", text)
        sandbox.advance_to(TUESDAY)
        before = len(sandbox.requests)
        night(broker, settings, TUESDAY)
        asked = [request for request in sandbox.requests[before:] if "/events/" in request]
    assert text in texts_of(settings.archive, JOURNAL_STATUS)
    begin = ulid_at(pendulum.datetime(2026, 6, 16, 5, 0))[:5]
    for stream in (*(stream_named(name) for name in names), SYSTEM):
        word = "ulid" if stream.path.startswith("/v1/") else "id"
        of_stream = [request for request in asked if request.startswith(stream.path + "?")]
        followed = [r for r in of_stream if f"since_{word}={begin}" in r]
        assert followed, f"{stream.name}: {of_stream}"


def night(broker: Broker, settings: Settings, system_date: date) -> None:
    """One night, whatever its result."""
    run_date(
        broker, settings, system_date, NOW,
        wait_seconds=0, again=False, progress=SILENT,
    )  # fmt: skip


def test_a_stream_that_is_refused_by_publication_alone_stops_no_night(tmp_path: Path) -> None:
    """It moves no money; the night goes on to the next stream, and says so."""
    with Sandbox(right_books(), as_of=MONDAY) as sandbox, broker_of(sandbox) as broker:
        night(broker, settings_of(tmp_path, sandbox.url), MONDAY)
    fault = TransportFault("status", path="/v2/events/admin-actions?since_id", status=403, times=9)
    with Sandbox(right_books(), as_of=TUESDAY, transport=(fault,)) as sandbox:
        outcome = run_night(sandbox, tmp_path, TUESDAY)
        paths = [request.partition("?")[0] for request in sandbox.requests]
    assert outcome.result == "clean"
    assert paths.index("/v2/events/ipos") > paths.index("/v2/events/admin-actions")
