"""What is archived already is known again, whichever day it is read for; only near segments are
looked at."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from recon.archive.intake import Intake
from recon.archive.manifest import NAME, read_manifest
from recon.feeds.streams import NTA, TRADES, Stream
from tests.archive.making import archived_texts, trade, window

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
        Intake(tmp_path, TRADES, window()).take([trade()])


def _forget_event_days(archive: Path) -> None:
    lines = []
    for fetch in read_manifest(archive):
        bare = [replace(each, first_event="", last_event="") for each in fetch.segments]
        lines.append(json.dumps(asdict(replace(fetch, segments=tuple(bare)))))
    (archive / NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
