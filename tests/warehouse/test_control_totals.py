"""Each stage is counted against the one before it, whatever loses a row between them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.archive.columns import read_row
from recon.archive.manifest import Fetch, append, read_manifest
from recon.archive.segment import write_segment
from recon.feeds.streams import NTA
from recon.paths import folder
from recon.warehouse import segments
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events


def archived(archive: Path, received: int = 3) -> None:
    """One reading of three deposits, of which one was archived before."""
    sent = [
        {
            "id": f"N{number}", "account_id": "A1", "at": "2026-06-15T14:00:00Z",
            "entry_type": "CSD", "status": "executed", "system_date": "2026-06-15",
            "net_amount": "5",
        }
        for number in range(2)
    ]  # fmt: skip
    rows = [read_row(NTA, json.dumps(event)) for event in sent]
    segment = write_segment(archive / "nta", "000001-0000", NTA, rows)
    append(
        archive,
        Fetch(
            fetch=1, stream="nta", since="2026-06-15T00:00:00Z", until="2026-06-16T00:00:00Z",
            ended="complete", received=received, new=2, duplicates=1, segments=(segment,),
        ),
    )  # fmt: skip


def totals(archive: Path, loss: str = "select 1") -> set[tuple[str, int, int, bool, str]]:
    """What each stage of the stream had and has; `loss` is done to the tables before."""
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        connection.execute(loss)
        text = (folder("sql") / "events" / "control_totals.sql").read_text("utf-8")
        rows = connection.execute(
            f"select stage, had, has, is_same, evidence from ({text}) where stream = 'nta'"
        ).fetchall()
    return {(stage, had, has, same, " ".join(named)) for stage, had, has, same, named in rows}


def test_each_stage_has_what_the_stage_before_it_had(tmp_path: Path) -> None:
    """Three received are two archived and one known; two listed are two staged and loaded."""
    archived(tmp_path)
    assert totals(tmp_path) == {
        ("archived", 2, 2, True, ""),
        ("staged", 2, 2, True, ""),
        ("in the tables", 2, 2, True, ""),
    }


def test_a_reading_that_lost_what_it_received_is_named(tmp_path: Path) -> None:
    """Four came, and three were archived or known."""
    archived(tmp_path, received=4)
    assert ("archived", 3, 2, False, "fetch 1") in totals(tmp_path)


def test_a_row_that_is_not_staged_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest lists two rows of the segment; the reading leaves one out."""
    archived(tmp_path)
    monkeypatch.setattr(segments, "READ", segments.READ + ' where "row" > 0')
    assert ("staged", 2, 1, False, "000001-0000") in totals(tmp_path)


@pytest.mark.parametrize(
    ("loss", "has"),
    [
        ("delete from events.loaded_events where identity = 'N1'", 1),
        ("update events.loaded_events set identity = 'N7' where identity = 'N1'", 2),
    ],
)
def test_an_event_that_the_tables_do_not_account_for_is_missed(
    tmp_path: Path, loss: str, has: int
) -> None:
    """Also where another stands in its place."""
    archived(tmp_path)
    assert ("in the tables", 2, has, False, "") in totals(tmp_path, loss)
