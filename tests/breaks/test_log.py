"""The break log: nights and people append to it, and nothing in it is ever replaced."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import recon.breaks.log
from recon.breaks.log import (
    LOCK,
    NAME,
    Said,
    append_night,
    known_before,
    open_breaks,
    read_log,
    said_of,
    say,
)
from recon.breaks.match import Change, Known
from recon.errors import ExitCode, LockedError, ReconError, UsageError
from recon.held import held
from tests.chains import rewrite

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 6, day) for day in (15, 16, 17))
RULE = "statements/cash_differs"
AT = "2026-06-16T09:00:00Z"


def change(
    what: str, night: date, state: str = "break", amount: str = "5", identity: str = "b1"
) -> Change:
    """One line of a night."""
    return Change(identity, what, night, state, RULE, amount)


def opened_on_monday(folder: Path) -> None:
    """A log whose only night saw one break."""
    append_night(folder, MONDAY, [change("opened", MONDAY)])


def known(folder: Path, night: date = date.max) -> dict[str, Known]:
    """What the log says before that night."""
    return known_before(read_log(folder), night)


def test_a_break_keeps_the_night_on_which_it_was_first_seen(tmp_path: Path) -> None:
    """Through a change, a clearing and a reopening: its age counts from the books_start."""
    opened_on_monday(tmp_path)
    append_night(tmp_path, TUESDAY, [change("cleared", TUESDAY, "cleared", "")])
    append_night(tmp_path, WEDNESDAY, [change("reopened", WEDNESDAY, amount="7")])
    assert known(tmp_path, MONDAY) == {}
    assert known(tmp_path, TUESDAY) == {"b1": Known(MONDAY, "break", RULE, "5")}
    assert known(tmp_path, WEDNESDAY) == {"b1": Known(MONDAY, "cleared", RULE, "")}
    assert known(tmp_path) == {"b1": Known(MONDAY, "break", RULE, "7")}


def test_a_break_keeps_the_evidence_of_the_night_that_last_changed_it(tmp_path: Path) -> None:
    """Nights on which it stands as it was leave no line; a line of 0.3.0 has no evidence."""
    append_night(tmp_path, MONDAY, [replace(change("opened", MONDAY), evidence=("E1", "E2"))])
    assert known(tmp_path)["b1"].evidence == ("E1", "E2")
    append_night(tmp_path, TUESDAY, [])
    assert known(tmp_path)["b1"].evidence == ("E1", "E2")
    append_night(tmp_path, WEDNESDAY, [replace(change("changed", WEDNESDAY), evidence=("E3",))])
    assert known(tmp_path)["b1"].evidence == ("E3",)
    rewrite(tmp_path / NAME, lambda line: {k: v for k, v in line.items() if k != "evidence"})
    assert known(tmp_path)["b1"].evidence == ()


def test_the_same_night_again_with_the_same_findings_writes_nothing(tmp_path: Path) -> None:
    """Running twice changes no byte."""
    opened_on_monday(tmp_path)
    before = (tmp_path / NAME).read_bytes()
    opened_on_monday(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before


def test_a_night_that_finds_otherwise_becomes_the_next_revision(tmp_path: Path) -> None:
    """The old lines stay where they are; the highest revision of a night counts, whole."""
    append_night(
        tmp_path, MONDAY, [change("opened", MONDAY), change("opened", MONDAY, identity="b2")]
    )
    before = (tmp_path / NAME).read_bytes()
    append_night(tmp_path, MONDAY, [change("opened", MONDAY, amount="6")])
    after = (tmp_path / NAME).read_bytes()
    assert after.startswith(before)
    assert [entry["revision"] for entry in read_log(tmp_path)] == [1, 1, 1, 2, 2]
    assert known(tmp_path) == {"b1": Known(MONDAY, "break", RULE, "6")}


def test_a_night_that_finds_nothing_any_more_takes_its_breaks_back(tmp_path: Path) -> None:
    """A late event restated the day: its break never was."""
    opened_on_monday(tmp_path)
    append_night(tmp_path, MONDAY, [])
    assert known(tmp_path) == {}
    assert open_breaks(tmp_path) == []


def test_a_quiet_night_is_written_down_once(tmp_path: Path) -> None:
    """So that it can be told from a night that never ran."""
    append_night(tmp_path, MONDAY, [])
    append_night(tmp_path, MONDAY, [])
    assert [(entry["what"], entry["system_date"]) for entry in read_log(tmp_path)] == [
        ("night", "2026-06-15")
    ]


def test_a_restated_night_leaves_a_later_one_alone(tmp_path: Path) -> None:
    """Revisions belong to their own night."""
    opened_on_monday(tmp_path)
    append_night(tmp_path, TUESDAY, [change("changed", TUESDAY, amount="9")])
    append_night(tmp_path, MONDAY, [change("opened", MONDAY, amount="4")])
    assert known(tmp_path) == {"b1": Known(MONDAY, "break", RULE, "9")}


@pytest.mark.parametrize("kept", [1, 30])
def test_a_torn_last_line_does_not_count_and_is_overwritten(tmp_path: Path, kept: int) -> None:
    """A kill in the middle of a write leaves half a line that nobody was told of."""
    opened_on_monday(tmp_path)
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole + b'{"what": "said", "break_id": "b1"'[:kept])
    assert len(read_log(tmp_path)) == 2
    say(tmp_path, "b1", Said(owner="ann"), AT)
    assert (tmp_path / NAME).read_bytes().startswith(whole)
    assert said_of(read_log(tmp_path)) == {"b1": Said(owner="ann")}


@pytest.mark.parametrize("line", [b"not json", b"[]", b"{}", b"\xff\xfe", b""])
def test_a_damaged_line_is_named_with_its_number(tmp_path: Path, line: bytes) -> None:
    """What people said is nowhere else, so a damaged log is not silently shortened."""
    opened_on_monday(tmp_path)
    with (tmp_path / NAME).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(ReconError, match=r"log\.ndjson, line 3\)") as caught:
        read_log(tmp_path)
    assert "\n" not in str(caught.value)


def test_what_people_say_outlasts_every_night(tmp_path: Path) -> None:
    """Owner, reason and comment each keep their last word; an empty one says nothing new."""
    opened_on_monday(tmp_path)
    say(tmp_path, "b1", Said("ann", "", "asked the broker"), AT)
    append_night(tmp_path, MONDAY, [change("opened", MONDAY, amount="6")])
    say(tmp_path, "b1", Said("", "timing", "they répondent\n=later"), AT)
    said = Said("ann", "timing", "they répondent\n=later")
    assert said_of(read_log(tmp_path)) == {"b1": said}
    (row,) = open_breaks(tmp_path)
    assert (row["owner"], row["first_seen"], row["difference"]) == ("ann", "2026-06-15", "6")
    assert len((tmp_path / NAME).read_text().splitlines()) == len(read_log(tmp_path)) == 6


def test_nobody_can_speak_of_a_break_that_no_night_has_seen(tmp_path: Path) -> None:
    """A typing mistake must not look like an answer."""
    opened_on_monday(tmp_path)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(UsageError, match="saw 'b2'"):
        say(tmp_path, "b2", Said("ann"), AT)
    assert (tmp_path / NAME).read_bytes() == before


def test_people_who_speak_at_once_are_all_heard(tmp_path: Path) -> None:
    """Each append first cuts a torn line: without a lock it would cut another's."""
    opened_on_monday(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: say(tmp_path, "b1", Said(comment=str(n)), AT), range(40)))
    said = [entry["comment"] for entry in read_log(tmp_path) if entry["what"] == "said"]
    assert sorted(map(int, said)) == list(range(40))


def test_who_holds_the_log_for_long_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 6, as for the lock of the home: there is nothing to mend."""
    opened_on_monday(tmp_path)
    monkeypatch.setattr(recon.breaks.log, "LOCK_SECONDS_MAX", 0)
    with held(tmp_path / LOCK, "nobody else"), pytest.raises(LockedError) as caught:
        say(tmp_path, "b1", Said("ann"), AT)
    assert caught.value.exit_code == ExitCode.LOCKED
    assert f"saw process {os.getpid()} on " in str(caught.value)
    assert str(tmp_path / LOCK) in str(caught.value)


def test_open_breaks_are_listed_oldest_first_without_the_cleared(tmp_path: Path) -> None:
    """What is still to be worked on, with what was said of it."""
    append_night(tmp_path, MONDAY, [change("opened", MONDAY, identity="z9")])
    append_night(
        tmp_path,
        TUESDAY,
        [change("opened", TUESDAY, "pending", identity="a1"), change("opened", TUESDAY)],
    )
    append_night(tmp_path, WEDNESDAY, [change("cleared", WEDNESDAY, "cleared", "")])
    rows = open_breaks(tmp_path)
    assert [(row["break_id"], row["state"]) for row in rows] == [("z9", "break"), ("a1", "pending")]
    assert json.loads(json.dumps(rows)) == rows
