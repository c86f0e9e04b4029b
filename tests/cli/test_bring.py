from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.sandbox.books.make import make_books
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from tests.archive.making import contents, trade
from tests.cli.calling import CREDENTIALS, call_here
from tests.nightly.nights import MONDAY, right_books
from tests.test_shape import ROOT

TRADES = ROOT / "data" / "samples" / "trades_v2.ndjson"
INGEST = ("ingest", "--stream", "trades")


def test_ingest_tells_what_each_file_brought(tmp_path: Path) -> None:
    """Needs no key and no broker; says every time that it proves no coverage."""
    called = call_here(tmp_path, *INGEST, str(TRADES), env={})
    line, note = called.out.splitlines()
    assert called.code == 0
    assert "received=5 new=5 duplicates=0 dropped=0" in line
    assert line.startswith(f"file={TRADES} ")
    assert "proves no coverage" in note
    again = json.loads(call_here(tmp_path, *INGEST, "--json", str(TRADES), env={}).out)
    assert (again["new"], again["duplicates"], again["ended"]) == (0, 5, "ingested")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"{trade()}\n{trade()[:20]}", "unread=1 unread_line=2"),
        (f": you are reading too slowly, dropped 3 messages\n\ndata: {trade()}\n\n", "dropped=3"),
    ],
)
def test_a_file_that_is_not_whole_ends_incomplete(tmp_path: Path, content: str, told: str) -> None:
    """Kept as it is, told, and exit 4 with the reason and what to do on standard error."""
    (tmp_path / "file").write_text(content, "utf-8")
    called = call_here(tmp_path, *INGEST, "file", env={})
    assert called.code == 4
    assert told in called.out
    unread, dropped = (1, 0) if "unread" in told else (0, 3)
    assert f"saw file: unread {unread}, dropped {dropped} (" in called.complaint
    assert "Next: bring in a whole copy" in called.complaint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stream", "nope", "file"), "one of trades, "),
        (("--stream", "trades", "absent"), "absent"),
        (("--stream", "trades", "."), "a folder"),
    ],
)
def test_wrong_words_are_answered_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """And nothing is written."""
    called = call_here(tmp_path, "ingest", *words, env={})
    assert said in called.complaint
    assert (called.code, called.out) == (2, "")
    assert contents(tmp_path) == {}


def test_a_file_that_is_refused_leaves_the_archive_as_it_was(tmp_path: Path) -> None:
    """Which line of which file, on one line."""
    (tmp_path / "file").write_text(f'{trade()}\n{{"a": "', "utf-8")
    with (tmp_path / "file").open("ab") as file:
        file.write(b"\xff")
    called = call_here(tmp_path, *INGEST, "file", env={})
    assert "UTF-8; saw the byte 0xff (file, line 2)" in called.complaint
    assert called.code == 2
    assert set(contents(tmp_path)) == {"file", "recon-home/lock"}


IDS = ("01HCMKKNRK7S5C1JYP50QGDECQ", "01KE90MX0DXW9NCG9HT4N2WDPW")
BY_ID = ("--since-id", IDS[0], "--until-id", IDS[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--stream", "trades", "--since-id", "1", "--until-id", "2"),
            "an id of trades, version 2",
        ),
        (("--stream", "nta", "--since-id", "1", "--until-id", IDS[1]), "of the same kind"),
        (("--stream", "nta", "--stream", "trades", "--since-id", "1", "--until-id", "2"), "trades"),
        (("--stream", "trades", "--since-id", IDS[0]), "saw --since-id"),
        (("--stream", "trades", "--until-id", IDS[0]), "saw --until-id"),
        (
            ("--stream", "trades", *BY_ID, "--since", "2026-06-15"),
            "saw --since, --since-id, --until",
        ),
        (("--stream", "trades"), "saw none of them"),
        (("--stream", "upvest", *BY_ID), "upvest, which is delivered"),
        (
            ("--stream", "trades", "--since-id", IDS[0], "--until-id", "7" + "0" * 25),
            "is published",
        ),
    ],
)
def test_a_replay_by_id_is_bounded_and_of_the_right_kind(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """In one line, before the broker is asked."""
    called = call_here(tmp_path, "replay", *words)
    assert said in called.complaint
    assert (called.code, called.out) == (2, "")
    assert contents(tmp_path) == {}


def test_a_replay_by_id_reads_what_was_published_between(tmp_path: Path) -> None:
    """After the first and up to the second; cut short it is exit 4."""
    books = make_books(1)
    ids = [event.event_id for event in books.trades]
    words = ("--stream", "trades", "--since-id", ids[4], "--until-id", ids[9], "--json")
    cut = TransportFault("server_error", path="/v2/events/trades", after=2, times=3)
    with Sandbox(books, transport=(cut,)) as sandbox:
        url = ("--broker-url", sandbox.url)
        called = call_here(tmp_path, *url, "replay", *words)
        assert called.code == 4
        called = call_here(tmp_path, *url, "replay", *words)
    line = json.loads(called.out)
    assert (called.code, line["ended"], line["received"], line["new"]) == (0, "by_cursor", 5, 3)


def test_schema_drift_tells_what_is_new_and_what_is_known(tmp_path: Path) -> None:
    """It is information: exit 0, whatever there is."""
    odd = trade('"mood": "\\u001b[31m"')
    known = trade('"reason": "r"', execution_id="X2")
    (tmp_path / "file").write_text(f"{odd}\n{odd.replace('X1', 'X3')}\n{known}\n", "utf-8")
    call_here(tmp_path, *INGEST, "file", env={})
    called = call_here(tmp_path, "schema-drift", env={})
    assert (called.code, called.err) == (0, "")
    assert called.out.splitlines() == [
        (
            "NEW: trades mood: unknown_member (string), 2 times, first in fetch 1 at"
            " 2026-06-15T14:30:00Z, X1"
        ),
        (
            "known: trades reason: unknown_member (string), 1 times, first in fetch 1 at"
            " 2026-06-15T14:30:00Z, X2; since 2026-08-12 (changelog 2026-08-12)"
        ),
    ]
    [line] = call_here(tmp_path, "schema-drift", "--json", "--new", env={}).out.splitlines()
    assert (json.loads(line)["path"], json.loads(line)["count"]) == ("mood", 2)
    other = call_here(tmp_path, "schema-drift", "--stream", "nta", env={})
    assert other.out == "Nothing that the published schemas do not have.\n"
    assert call_here(tmp_path, "schema-drift", "--stream", "nope", env={}).code == 2


def test_a_hostile_name_does_not_reach_the_terminal(tmp_path: Path) -> None:
    """A member may be called anything."""
    (tmp_path / "file").write_text(trade('"\\u001b[31m\\n": 1') + "\n", "utf-8")
    call_here(tmp_path, *INGEST, "file", env={})
    shown = call_here(tmp_path, "schema-drift", env={}).out
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 1


def test_ids_beyond_the_last_end_by_themselves_and_say_so(tmp_path: Path) -> None:
    """Soon, with what came, and with exit 4: nothing is proven beyond it."""
    ids = ("replay", "--stream", "nta", "--since-id", "1", "--until-id", "999999999")
    env = {**CREDENTIALS, "RECON_READ_TIMEOUT_SECONDS": "2"}
    with Sandbox(right_books(), as_of=MONDAY, heartbeat_seconds=0.1) as sandbox:
        called = call_here(tmp_path, "--home", "h", "--broker-url", sandbox.url, *ids, env=env)
        assert len(sandbox.requests) == 1
    assert called.code == 4
    [line] = called.out.splitlines()
    assert " ended=quiet " in line
    assert "saw nta: for long nothing but heartbeats came: the last id" in called.complaint
