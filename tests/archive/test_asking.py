"""What a reading proves where the broker's documents disagree about the ends of a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.coverage import covered, is_covered
from recon.archive.forms import form_of
from recon.archive.manifest import Fetch, read_manifest
from recon.archive.replay import replay_window, why_unproven
from recon.errors import BrokerRefused
from recon.feeds.broker import Broker
from recon.feeds.cursor import ulid_at
from recon.feeds.streams import JOURNAL_STATUS, NTA, TRADES, Stream
from recon.sandbox.wire.server import Sandbox
from recon.window import Window, parse_instant
from tests.archive.conftest import DAY, SHORT, books
from tests.archive.dated import Dated, dated
from tests.archive.making import texts_of, window
from tests.chains import rewrite

READY = "2026-06-17T05:42:00Z"  # the instant at which a night of the 16th ends
TO_READY = window("2026-06-15T04:00:00Z", READY)
MORNING = "2026-06-17T05:45:00Z"
WEEKS_LATER = "2026-06-30T12:00:00Z"
SIGNALLED = max(event.published for event in books().system if event.system_date <= DAY)
BOOKED = [event for event in books().activities if event.published <= SIGNALLED]
IN_WINDOW = [e.text for e in BOOKED if "2026-06-15T04" <= str(e.payload["at"]) < READY]
AFTER_MIDNIGHT = [e for e in BOOKED if "2026-06-17T00" <= str(e.payload["at"]) < READY]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A broker that is ready with the second day."""
    with Sandbox(books(), as_of=DAY) as serving:
        yield serving


def read(
    broker: Dated,
    archive: Path,
    asked: Window = TO_READY,
    stream: Stream = NTA,
    started_at: str = MORNING,
) -> list[Fetch]:
    """One window, as a night reads it."""
    with Broker(broker.url, "sandbox-key", "sandbox-secret", SHORT) as connected:
        return replay_window(connected, Archive(archive, started_at), stream, asked)


def test_there_is_something_to_lose() -> None:
    """The tests below would prove nothing if nothing happened after midnight in UTC."""
    assert len(AFTER_MIDNIGHT) > 3


def test_who_refuses_instants_is_asked_with_dates_and_the_rest_by_publication(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """In the morning the 16th is the last date that may be `until` of a stream that must end: were
    its day included, in New York, the 16th would just be over. A day more at the beginning: the
    zone of a date is documented nowhere."""
    with dated(sandbox, "refuse") as broker:
        [fetch] = read(broker, tmp_path)
        ends = [ulid_at(parse_instant(end)) for end in ("2026-06-15T23:50:00Z", READY)]
        assert broker.queries == [
            "include_preprocessing=true&since=2026-06-15T04:00:00Z&until=2026-06-17T05:42:00Z",
            "include_preprocessing=true&since=2026-06-14&until=2026-06-16",
            f"include_preprocessing=true&since_ulid={ends[0]}&until_ulid={ends[1]}",
        ]
        assert (fetch.ended, fetch.until, fetch.asked) == ("complete", READY, "dates")
        assert set(texts_of(tmp_path, NTA)) == set(IN_WINDOW)
        assert is_covered(read_manifest(tmp_path), "nta", TO_READY)
        del broker.queries[:]
        read(broker, tmp_path)
        forms = [query[27:43] for query in broker.queries]
        assert forms == ["since=2026-06-14", f"since_ulid={ends[0][:5]}"], "nothing is tried again"


def test_dates_that_are_all_over_need_no_rest(tmp_path: Path, sandbox: Sandbox) -> None:
    """What comes beyond the window is kept and proves nothing."""
    with dated(sandbox, "refuse") as broker:
        [fetch] = read(broker, tmp_path, started_at=WEEKS_LATER)
        assert [query[27:] for query in broker.queries[1:]] == ["since=2026-06-14&until=2026-06-18"]
    assert (fetch.ended, fetch.until) == ("complete", READY)
    assert set(texts_of(tmp_path, NTA)) >= set(IN_WINDOW)
    assert covered(read_manifest(tmp_path), "nta") == [TO_READY]


def test_who_cuts_instants_to_dates_is_asked_for_the_rest_by_publication(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """The answer ends as a whole one does; it is not believed without a witness."""
    with dated(sandbox, "cut") as broker:
        [fetch] = read(broker, tmp_path)
        assert [query[27:38] for query in broker.queries] == ["since=2026-", "since_ulid="]
        [again] = read(broker, tmp_path)
    assert (fetch.ended, fetch.until, fetch.asked) == ("complete", READY, "")
    assert set(texts_of(tmp_path, NTA)) == set(IN_WINDOW)
    assert (again.new, again.missing) == (0, 0)


@pytest.mark.parametrize(
    ("instants", "proven"), [("cut", "2026-06-17T00:00:00Z"), ("refuse", "2026-06-16T00:00:00Z")]
)
def test_without_the_cursor_nothing_is_certified_beyond_what_was_answered(
    tmp_path: Path, sandbox: Sandbox, instants: str, proven: str
) -> None:
    """And it is said why."""
    with dated(sandbox, instants, cursors=False) as broker:
        made = read(broker, tmp_path)
    assert [(fetch.ended, fetch.until) for fetch in made] == [("complete", proven)]
    assert covered(made, "nta") == [Window(TO_READY.since, parse_instant(proven))]
    assert f"proven until {proven} only" in why_unproven(made)


def test_within_a_day_such_a_broker_proves_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """One reading, which covers no instant; what dates hold nothing of is refused."""
    hours = window("2026-06-16T13:00:00Z", "2026-06-16T21:00:00Z")
    with dated(sandbox, "cut", cursors=False) as broker:
        made = read(broker, tmp_path, hours)
        assert [fetch.ended for fetch in made] == ["end_unknown"]
        assert (len(broker.queries), covered(made, "nta")) == (2, [])
        assert "proven until 2026-06-16T13:00:00Z only" in why_unproven(made)
    with dated(sandbox, "refuse", cursors=False) as broker, pytest.raises(BrokerRefused):
        read(broker, tmp_path / "other", hours)


def test_ids_that_the_broker_made_anew_bound_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """Those of version 1 from June 2023 to December 2024: that day is not asked for by them."""
    long_ago = window("2024-03-01T00:00:00Z", "2024-03-04T06:00:00Z")
    with dated(sandbox, "cut") as broker:
        made = read(broker, tmp_path, long_ago, started_at=WEEKS_LATER)
        assert len(broker.queries) == 1
        assert [(f.ended, f.until) for f in made] == [("complete", "2024-03-04T00:00:00Z")]
        [fetch] = read(broker, tmp_path, long_ago, TRADES, WEEKS_LATER)
        assert (fetch.until, len(broker.queries)) == ("2024-03-04T06:00:00Z", 3)


def test_an_event_of_the_last_day_shows_that_nothing_was_cut(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """It must be after midnight in New York too. Then no other question is needed, and a later
    quiet day of the same broker is believed where it has no cursor."""
    assert max(str(event.payload["at"]) for event in AFTER_MIDNIGHT) > "2026-06-17T04"
    with dated(sandbox, "pass", cursors=False) as broker:
        [fetch] = read(broker, tmp_path)
        assert (fetch.ended, fetch.until, fetch.asked) == ("complete", READY, "instants")
        assert len(broker.queries) == 1
        quiet = window("2026-06-20T04:00:00Z", "2026-06-21T05:00:00Z")
        [later] = read(broker, tmp_path, quiet, started_at=WEEKS_LATER)
        assert (later.ended, later.until, later.received) == ("complete", "2026-06-21T05:00:00Z", 0)
        made = read(broker, tmp_path / "other", quiet, started_at=WEEKS_LATER)
    assert [fetch.until for fetch in made] == ["2026-06-21T00:00:00Z"], "nothing showed it here"


def test_a_window_that_ends_at_midnight_is_the_same_cut_or_not(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """No second question."""
    with dated(sandbox, "cut", cursors=False) as broker:
        [fetch] = read(broker, tmp_path, window("2026-06-15T04:00:00Z", "2026-06-17T00:00:00Z"))
        assert len(broker.queries) == 1
    assert (fetch.ended, fetch.until) == ("complete", "2026-06-17T00:00:00Z")


def test_a_stream_whose_documents_agree_may_refuse_instants_too(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Its answer to instants is believed; a refusal is met with dates all the same."""
    with dated(sandbox, "refuse") as broker:
        [fetch] = read(broker, tmp_path, stream=JOURNAL_STATUS)
    assert (fetch.ended, fetch.until, fetch.asked) == ("complete", READY, "dates")
    with dated(sandbox, "pass") as broker:
        [fetch] = read(broker, tmp_path / "other", stream=JOURNAL_STATUS)
        assert (len(broker.queries), fetch.asked) == (1, "")


def test_a_broker_that_takes_no_form_is_refused_by_its_first_word(tmp_path: Path) -> None:
    """And the line in the manifest is not written."""
    with (
        Sandbox(books(), as_of=DAY) as sandbox,
        Broker(sandbox.url, "wrong", "key", SHORT) as broker,
        pytest.raises(BrokerRefused, match="HTTP 401"),
    ):
        replay_window(broker, Archive(tmp_path, MORNING), NTA, TO_READY)
    assert read_manifest(tmp_path) == []


@pytest.mark.parametrize(
    ("instants", "cursors", "good", "said"),
    [
        ("pass", True, True, "takes instants"),
        ("cut", True, True, "cuts instants to dates; the rest of each window is asked for by"),
        ("cut", False, False, "cuts instants to dates, and no publication cursor"),
        ("refuse", True, True, "takes dates, not instants; the rest"),
        ("refuse", False, False, "takes dates, not instants, and no publication cursor"),
    ],
)
def test_the_form_is_found_out_with_an_event_that_is_known(
    tmp_path: Path, sandbox: Sandbox, instants: str, cursors: bool, good: bool, said: str
) -> None:
    """Of the archive, or the first that the broker sends of the last days."""
    now = parse_instant(MORNING)
    with (
        dated(sandbox, instants, cursors=cursors) as broker,
        Broker(broker.url, "sandbox-key", "sandbox-secret", SHORT) as connected,
    ):
        found = form_of(connected, Archive(tmp_path), NTA, now)
        assert (found[0], said in found[1]) == (good, True), found
        assert read_manifest(tmp_path) == [], "nothing is kept"
        read(broker, tmp_path)
        before = read_manifest(tmp_path)
        assert form_of(connected, Archive(tmp_path), NTA, now.add(days=90)) == found
        assert read_manifest(tmp_path) == before


def test_a_manifest_of_an_earlier_release_is_read(tmp_path: Path, sandbox: Sandbox) -> None:
    """Its lines do not say in which form the broker was asked."""
    with dated(sandbox, "pass") as broker:
        read(broker, tmp_path)
    path = tmp_path / "manifest.ndjson"
    rewrite(path, lambda line: {k: v for k, v in line.items() if k != "asked"})
    assert [fetch.asked for fetch in read_manifest(tmp_path)] == [""]
