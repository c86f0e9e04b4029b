"""A night's reports appear as a whole folder, whatever a killed run left."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recon.reports.publish import publish
from tests.archive.making import contents

DAY = date(2026, 6, 15)
FILES = {"discrepancies.csv": b"a\n1\n", "certificate.json": b"{}\n"}


def test_the_files_stand_in_the_folder_of_the_date(tmp_path: Path) -> None:
    """And nothing else does, hidden or not."""
    assert publish(tmp_path / "reports", DAY, FILES) == tmp_path / "reports" / "2026-06-15"
    assert contents(tmp_path) == {
        "reports/2026-06-15/discrepancies.csv": b"a\n1\n",
        "reports/2026-06-15/certificate.json": b"{}\n",
    }


def test_a_second_publication_replaces_the_folder_and_leaves_other_dates(tmp_path: Path) -> None:
    """A report that is no longer made does not stay beside the new ones."""
    publish(tmp_path / "reports", DAY, {**FILES, "old.csv": b"old"})
    publish(tmp_path / "reports", date(2026, 6, 16), FILES)
    publish(tmp_path / "reports", DAY, FILES)
    assert sorted(contents(tmp_path / "reports")) == [
        f"2026-06-{day}/{name}" for day in (15, 16) for name in sorted(FILES)
    ]


@pytest.mark.parametrize("published", [False, True], ids=["first", "again"])
@pytest.mark.parametrize(
    "left",
    [[".2026-06-15.new"], [".2026-06-15.old"], [".2026-06-15.new", ".2026-06-15.old"]],
    ids=["new", "old", "both"],
)
def test_what_a_killed_run_left_is_cleared(
    tmp_path: Path, left: list[str], published: bool
) -> None:
    """Half-written files never get into the folder that people open."""
    if published:
        publish(tmp_path / "reports", DAY, {"discrepancies.csv": b"before"})
    for name in left:
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "half.csv").write_bytes(b"ha")
    publish(tmp_path / "reports", DAY, FILES)
    assert contents(tmp_path / "reports") == {
        f"2026-06-15/{name}": content for name, content in FILES.items()
    }


def test_a_failure_while_writing_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """The old reports stay whole until the new ones are."""
    publish(tmp_path / "reports", DAY, FILES)
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "reports", DAY, {"discrepancies.csv": b"new", "no/such/folder.csv": b""})
    assert contents(tmp_path / "reports" / "2026-06-15") == FILES
