"""A broker that sends without end: a reading stops at its bound, and what came proves nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import recon.archive.intake
from recon.archive.archive import Archive
from recon.archive.coverage import is_covered
from recon.archive.manifest import Fetch, read_manifest
from recon.archive.replay import replay_window, why_unproven
from recon.archive.statements import archive_positions
from recon.errors import IncompleteError
from recon.feeds.broker import Broker
from recon.feeds.statements import PAGE_BYTES_MAX
from recon.feeds.streams import EOD_POSITIONS, TRADES
from tests.archive.conftest import SHORT, Serve
from tests.archive.making import texts_of, trade, window
from tests.feeds.desk import Reply, answering
from tests.feeds.fault_server import Step, chunk, serving
from tests.feeds.reading import CHUNKED

AT = "2026-06-17T06:00:00Z"
DAY = date(2026, 6, 15)


def frame(number: int) -> bytes:
    """One event of its own in one chunk."""
    return chunk(f"data: {trade(execution_id=f'X{number}')}\n\n".encode())


def replayed_without_end(archive: Path) -> list[Fetch]:
    """What the readings of a window leave whose stream goes on and on."""
    endless = [CHUNKED, *map(frame, range(3000))]
    with serving(endless) as server, Broker(server.url, "key", "secret", SHORT) as broker:
        return replay_window(broker, Archive(archive, AT), TRADES, window())


def test_a_stream_without_end_is_given_up_and_what_came_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the window nor its halves end: each stops at the bound, and none of it is proven."""
    monkeypatch.setattr(recon.archive.intake, "EVENTS_MAX", 50)
    made = replayed_without_end(tmp_path)
    assert {fetch.ended for fetch in made} == {"too_many"}
    assert len(made) == 1 + 2 + 4
    assert all(50 <= fetch.received < 3000 for fetch in made)
    assert len(texts_of(tmp_path)) == max(fetch.received for fetch in made)
    assert not is_covered(made, TRADES.name, window())
    assert why_unproven(made) == "a reading ended too_many"


def test_texts_without_end_are_given_up_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few events may be large ones: the disk is bounded as well."""
    monkeypatch.setattr(recon.archive.intake, "CHARACTERS_MAX", 10_000)
    made = replayed_without_end(tmp_path)
    assert {fetch.ended for fetch in made} == {"too_many"}


def test_a_window_of_more_events_than_one_reading_takes_is_proven_in_halves(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker has that many: nothing is lost, and nothing is there twice."""
    _, broker = serve()
    replay_window(broker, Archive(tmp_path / "whole", AT), TRADES, window())
    whole = texts_of(tmp_path / "whole")
    monkeypatch.setattr(recon.archive.intake, "EVENTS_MAX", len(whole) * 2 // 3)
    made = replay_window(broker, Archive(tmp_path / "halves", AT), TRADES, window())
    assert made[0].ended == "too_many"
    assert is_covered(made, TRADES.name, window())
    assert sorted(texts_of(tmp_path / "halves")) == sorted(whole)


def test_large_texts_are_written_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A segment has a largest size, not only a largest number of rows."""
    monkeypatch.setattr(recon.archive.intake, "SEGMENT_CHARACTERS", 2_000)
    script = [CHUNKED, *map(frame, range(40)), chunk(b"")]
    with serving(script) as server, Broker(server.url, "key", "secret", SHORT) as broker:
        (fetch,) = replay_window(broker, Archive(tmp_path, AT), TRADES, window())
    assert (fetch.ended, fetch.new) == ("complete", 40)
    assert len(fetch.segments) > 3
    assert len(texts_of(tmp_path)) == 40


def page(accounts: int, token: str, size: int) -> str:
    """A page of so many accounts, each of that size."""
    held = ", ".join(f'"A{n}": [{{"note": "{"x" * size}"}}]' for n in range(accounts))
    return f'{{"asof": "{DAY}", "next_page_token": {token}, "positions": {{{held}}}}}'


def test_smaller_pages_are_asked_for_where_one_is_too_large(tmp_path: Path) -> None:
    """A broker with very many positions for each account is read all the same, in more segments."""
    size = PAGE_BYTES_MAX // 500

    def reply(_number: int, path: str) -> Reply:
        query = parse_qs(urlsplit(path).query)
        begin, limit = int(query.get("page_token", ["0"])[0]), int(query["limit"][0])
        last = begin + limit >= 1000
        return 200, page(limit, "null" if last else f'"{begin + limit}"', size), {}

    with answering(reply) as desk, Broker(desk.url, "key", "secret", SHORT) as broker:
        fetch = archive_positions(broker, Archive(tmp_path, AT), DAY)
        assert [parse_qs(urlsplit(path).query)["limit"] for path in desk.paths] == [
            ["1000"],
            *[["100"]] * 10,
        ]
        assert archive_positions(broker, Archive(tmp_path, AT), DAY).new == 0
    assert (fetch.ended, fetch.new) == ("complete", 10)
    assert len(fetch.segments) > 1
    assert len(texts_of(tmp_path, EOD_POSITIONS)) == 10


def test_an_account_that_is_too_large_by_itself_ends_the_statement(tmp_path: Path) -> None:
    """Exit 4, with the size; nothing is archived, and nothing is left on the disk."""
    large = page(1, "null", PAGE_BYTES_MAX)
    with (
        answering(lambda number, path: (200, large, {})) as desk,
        Broker(desk.url, "key", "secret", SHORT) as broker,
        pytest.raises(IncompleteError, match=f"pages of at most {PAGE_BYTES_MAX} bytes"),
    ):
        archive_positions(broker, Archive(tmp_path, AT), DAY)
    assert len(desk.paths) == 4
    assert read_manifest(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_night_has_a_deadline_for_all_it_asks(tmp_path: Path) -> None:
    """A reading that is open then ends, and the next is not begun: one line says what to do."""
    drips: list[Step] = [chunk(b": heartbeat\n\n"), 0.02] * 400
    with (
        serving([CHUNKED, frame(1), *drips]) as server,
        Broker(server.url, "key", "secret", SHORT) as broker,
        pytest.raises(IncompleteError, match="RECON_NIGHT_DEADLINE_SECONDS"),
        broker.ending_within(0.4),
    ):
        replay_window(broker, Archive(tmp_path, AT), TRADES, window())
    (fetch,) = read_manifest(tmp_path)
    assert (fetch.ended, fetch.new) == ("timeout", 1)
