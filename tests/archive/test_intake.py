"""What is archived already is known again, whichever day it is read for; only near segments are
looked at."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import NAME, read_manifest
from recon.feeds.streams import ACCOUNT_STATUS, NTA, TRADES, Stream
from tests.archive.making import archived_texts, texts_of, trade, window

SENT = "2026-06-15T14:30:00.123456Z"
# Booked for a day weeks before it was sent.
LATE_FEE = json.dumps(
    {"id": "N1", "account_id": "A1", "at": SENT, "entry_type": "FEE", "status": "executed",
     "system_date": "2026-05-20", "net_amount": "-0.01", "event_ulid": "U1"}
)  # fmt: skip
WITHOUT_TIME = trade().replace(f'"at": "{SENT}", ', "")


@pytest.mark.parametrize(
    ("stream", "text"), [(TRADES, trade()), (NTA, LATE_FEE), (TRADES, WITHOUT_TIME)],
    ids=["trade", "late fee", "no time"],
)  # fmt: skip
@pytest.mark.parametrize("is_old", [False, True], ids=["now", "before 0.3"])
def test_what_is_archived_is_known_again(
    tmp_path: Path, stream: Stream, text: str, is_old: bool
) -> None:
    """Also where an older release did not write when its events were."""
    archived_texts(tmp_path, stream, [text])
    if is_old:
        _forget_event_days(tmp_path)
    later = window("2026-07-01T04:00:00Z", "2026-07-02T04:00:00Z")
    fetch = archived_texts(tmp_path, stream, [text], asked=later)
    assert (fetch.received, fetch.new, fetch.duplicates, fetch.missing) == (1, 0, 1, 0)


def test_a_segment_of_other_days_is_not_looked_at(tmp_path: Path) -> None:
    """The file of 15 June may even be gone while 16 June is read; not while 15 June is."""
    archived_texts(tmp_path, TRADES, [trade()])
    for file in (tmp_path / "trades").iterdir():
        file.unlink()
    day_after = trade(execution_id="X2").replace("2026-06-15", "2026-06-17")
    later = window("2026-06-17T04:00:00Z", "2026-06-18T04:00:00Z")
    assert archived_texts(tmp_path, TRADES, [day_after], asked=later).new == 1
    with pytest.raises(Exception, match="no file"):
        Intake(Archive(tmp_path), TRADES, window()).take([trade()])


NUMBERED = trade('"qty": 1.50, "price": "2.50", "new_member": {"b": [1, 2], "a": 1e2}')
RESPELLED = [
    NUMBERED.replace(" ", ""),
    NUMBERED.replace(", ", ",\n\t"),
    NUMBERED.replace("1.50", "1.5"),
    NUMBERED.replace("1.50", "15e-1").replace("1e2", "100.0"),
    "{" + ", ".join(reversed(NUMBERED[1:-1].split(", ", 6))) + "}",
    NUMBERED.replace("AAPL", "\\u0041APL"),
]
OTHERWISE = [
    NUMBERED.replace("1.50", '"1.50"'),
    NUMBERED.replace("1.50", "1.51"),
    NUMBERED.replace('"2.50"', '"2.5"'),
    NUMBERED.replace("[1, 2]", "[2, 1]"),
    NUMBERED.replace("new_member", "newer_member"),
    NUMBERED.replace('"event": "fill"', '"event": "new", "event": "fill"'),
]
WITHOUT_ID = NUMBERED.replace("X1", "{GUID}").replace("01KV5C7BS8PKY7TPDK9XFVVW30", "{ULID}")


@pytest.mark.parametrize("again", RESPELLED)
def test_another_spelling_of_an_archived_event_is_a_repeat(tmp_path: Path, again: str) -> None:
    """Nothing is archived twice, whether it comes in one reading or in a later one."""
    assert again != NUMBERED
    assert archived_texts(tmp_path, TRADES, [NUMBERED, again]).duplicates == 1
    later = archived_texts(tmp_path, TRADES, [again, NUMBERED, again])
    assert (later.received, later.new, later.duplicates, later.missing) == (3, 0, 3, 0)
    assert texts_of(tmp_path) == [NUMBERED]


@pytest.mark.parametrize("other", OTHERWISE)
def test_another_content_of_the_same_identity_is_archived_too(tmp_path: Path, other: str) -> None:
    """A number is no text, a text is compared as it is, and members of no column count."""
    assert other != NUMBERED
    archived_texts(tmp_path, TRADES, [NUMBERED])
    assert archived_texts(tmp_path, TRADES, [other]).new == 1
    assert archived_texts(tmp_path, TRADES, [NUMBERED, other]).new == 0
    assert texts_of(tmp_path) == [NUMBERED, other]


@pytest.mark.parametrize("again", ["7.00", "70e-1", "0.7E1"])
def test_an_integer_id_is_one_in_every_spelling(tmp_path: Path, again: str) -> None:
    """Version 1 numbers its events; a number is its value."""
    text = json.dumps({"event_id": 7, "account_id": "A1", "at": SENT, "account_number": 5})
    archived_texts(tmp_path, ACCOUNT_STATUS, [text])
    fetch = archived_texts(tmp_path, ACCOUNT_STATUS, [text.replace("7,", f"{again},")])
    assert (fetch.new, fetch.duplicates, fetch.missing) == (0, 1, 0)


def test_an_event_without_an_id_is_known_in_another_spelling(tmp_path: Path) -> None:
    """Under the name that it was archived by, so that it is not missed either."""
    archived_texts(tmp_path, TRADES, [WITHOUT_ID])
    again = archived_texts(tmp_path, TRADES, [WITHOUT_ID.replace(" ", ""), trade()])
    assert (again.new, again.duplicates, again.missing) == (1, 1, 0)


def test_a_spelling_that_can_be_read_is_archived_beside_one_that_could_not(tmp_path: Path) -> None:
    """A number of more digits than any reader takes is not read; the same in fewer digits is. What
    was read is not replaced by what cannot be."""
    unread = NUMBERED.replace("1.50", "1.5" + "0" * 300)
    archived_texts(tmp_path, TRADES, [unread])
    assert archived_texts(tmp_path, TRADES, [NUMBERED]).new == 1
    assert archived_texts(tmp_path, TRADES, [unread, RESPELLED[0], unread + " "]).new == 0


def test_another_spelling_is_known_across_segments_of_one_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when what came first is in a segment already."""
    monkeypatch.setattr("recon.archive.intake.ROWS_PER_SEGMENT", 2)
    others = [trade(execution_id=f"X{number}") for number in range(2, 6)]
    fetch = archived_texts(tmp_path, TRADES, [NUMBERED, *others, *RESPELLED])
    assert (fetch.new, fetch.duplicates) == (5, len(RESPELLED))


def _forget_event_days(archive: Path) -> None:
    lines = []
    for fetch in read_manifest(archive):
        bare = [replace(each, first_event="", last_event="") for each in fetch.segments]
        lines.append(json.dumps(asdict(replace(fetch, segments=tuple(bare)))))
    (archive / NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
