"""A comment that nobody knows proves nothing, until a person has accepted its text."""

from __future__ import annotations

import json
from pathlib import Path

import pendulum
import pytest

from recon.archive.archive import Archive
from recon.archive.comments import accept_comment, accepted_comments, waiting_comments
from recon.archive.coverage import is_covered
from recon.archive.manifest import Fetch, read_manifest
from recon.archive.replay import replay_window, why_unproven
from recon.archive.required_inputs import required_inputs, unproven
from recon.errors import UsageError
from recon.feeds.broker import Broker
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import TRADES
from recon.window import parse_date
from tests.archive.conftest import SHORT
from tests.archive.making import texts_of, trade, window
from tests.cli.calling import call_here
from tests.feeds.fault_server import Script, chunked, serving
from tests.reports.test_certificate import made

AT = "2026-06-16T06:00:00Z"
SAID = "maintenance at 5"
WITH_COMMENT = chunked(f": {SAID}\n\ndata: {trade()}\n\n".encode())
WITHOUT = chunked(f"data: {trade()}\n\n".encode())


def replayed(archive: Path, *scripts: Script) -> list[Fetch]:
    """One window of trades, read from a broker that answers these in turn."""
    with serving(*scripts) as server, Broker(server.url, "key", "secret", SHORT) as broker:
        return replay_window(broker, Archive(archive, AT), TRADES, window())


def waiting(archive: Path) -> None:
    """A reading that brought the comment, into an archive."""
    Archive(archive, AT).record(TRADES.name, AT, AT, StreamEnd("unknown_comment", 0, 0, 0, (SAID,)))


def test_a_window_with_an_unknown_comment_is_proven_once_it_is_accepted(tmp_path: Path) -> None:
    """What came is kept; the same window read again counts, and the manifest says why."""
    refused = replayed(tmp_path, WITH_COMMENT)
    assert {fetch.ended for fetch in refused} == {"unknown_comment"}
    assert not is_covered(refused, TRADES.name, window())
    assert f"the comment '{SAID}', which may speak of lost events" in why_unproven(refused)
    assert accept_comment(Archive(tmp_path, AT), SAID)
    (proven,) = replayed(tmp_path, WITH_COMMENT)
    assert (proven.ended, proven.unknown_comments) == ("complete", (SAID,))
    assert texts_of(tmp_path) == [trade()]
    assert accepted_comments(read_manifest(tmp_path)) == {SAID}


def test_a_comment_that_came_once_costs_one_more_reading(tmp_path: Path) -> None:
    """The second reading is without it, and so proves the window by itself."""
    assert [fetch.ended for fetch in replayed(tmp_path, WITH_COMMENT, WITHOUT)] == [
        "unknown_comment",
        "complete",
    ]


def test_the_night_says_which_comment_and_what_to_do(tmp_path: Path) -> None:
    """In the line of exit 4."""
    fetches = replayed(tmp_path, WITH_COMMENT)
    ready = pendulum.datetime(2026, 6, 16, 4)
    required = required_inputs(fetches, parse_date("2026-06-15"), ready, ["trades"])
    line = unproven(required, fetches)[0]
    assert line.startswith("trades ")
    assert f"'{SAID}'" in line
    assert "recon accept-comment" in line


def test_only_what_the_broker_sent_can_be_accepted(tmp_path: Path) -> None:
    """Nobody accepts by a slip of the pen what may come one day."""
    waiting(tmp_path)
    with pytest.raises(UsageError, match="'maintenance at 5'"):
        accept_comment(Archive(tmp_path, AT), "maintenance at 6")
    assert waiting_comments(read_manifest(tmp_path)) == [SAID]


def test_the_command_accepts_once(tmp_path: Path) -> None:
    """The second time there is nothing to do."""
    waiting(tmp_path / "home" / "archive")
    words = ("--home", "home", "accept-comment")
    assert call_here(tmp_path, *words, SAID).out == f"accepted: {SAID}\n"
    assert call_here(tmp_path, *words, SAID).out == f"accepted already: {SAID}\n"
    assert call_here(tmp_path, *words, "another").code == 2
    assert len(read_manifest(tmp_path / "home" / "archive")) == 2


def test_the_certificate_names_what_was_accepted() -> None:
    """And says nothing of it where nothing was."""
    assert "accepted_comments" not in json.loads(made())
    line = Fetch(9, "accepted_comment", AT, AT, "accepted", 0, 0, 0, unknown_comments=(SAID,))
    told = json.loads(made(fetches=[line]))
    assert told["accepted_comments"] == [SAID]
    assert "accepted_comment" not in told["read"]
