"""What the user says of his accounts: a CSV, archived when it changes, bad files named."""

from __future__ import annotations

from pathlib import Path

import pendulum
import pytest

from recon.archive.account_map import archive_account_map
from recon.archive.archive import Archive
from recon.archive.manifest import read_manifest
from recon.errors import ExitCode, UsageError
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from recon.window import as_z

NOW = pendulum.datetime(2026, 6, 16, 6)


def written(folder: Path, text: str) -> Path:
    """A file of that text."""
    file = folder / "accounts.csv"
    file.write_text(text, encoding="utf-8")
    return file


def shown(archive: Path) -> list[tuple[object, ...]]:
    """The table that the rules read."""
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        return connection.execute("from events.account_map order by all").fetchall()


def test_the_last_file_holds_and_an_unchanged_one_is_not_archived_again(tmp_path: Path) -> None:
    """A row that is gone from the file is gone from the books of the next night."""
    archive = tmp_path / "archive"
    file = written(tmp_path, "account_id,kind,upvest_account_id\nA1,firm,\nA2,,U2\n")
    assert archive_account_map(Archive(archive, as_z(NOW)), file)
    assert not archive_account_map(Archive(archive, as_z(NOW)), file)
    assert shown(archive) == [("A1", "firm", None), ("A2", "customer", "U2")]
    assert archive_account_map(Archive(archive, as_z(NOW)), written(tmp_path, "account_id\nA2\n"))
    assert shown(archive) == [("A2", "customer", None)]
    assert archive_account_map(Archive(archive, as_z(NOW)), written(tmp_path, "account_id\n"))
    assert shown(archive) == []
    assert [fetch.complete for fetch in read_manifest(archive)] == [False] * 3


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("account,kind\nA1,firm\n", "line 1"),
        ("account_id,colour\nA1,red\n", "line 1"),
        ("account_id,kind\nA1,house\n", "line 2"),
        ("account_id,kind\nA1,firm\n,firm\n", "line 3"),
        ("account_id\nA1\nA1\n", "line 3"),
        ("account_id,kind\nA1,firm,more\n", "line 2"),
    ],
)
def test_a_file_that_does_not_say_it_is_refused(tmp_path: Path, text: str, where: str) -> None:
    """One clear line, the exit code of a wrong setting, and nothing archived."""
    with pytest.raises(UsageError, match=where) as caught:
        archive_account_map(Archive(tmp_path / "archive", as_z(NOW)), written(tmp_path, text))
    assert caught.value.exit_code == ExitCode.USAGE
    assert read_manifest(tmp_path / "archive") == []


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The setting names a file, so it has to be there."""
    with pytest.raises(UsageError, match="No such file"):
        archive_account_map(Archive(tmp_path / "archive", as_z(NOW)), tmp_path / "none.csv")
