"""A warehouse file is whole, or the night says that it is not; closing alone says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.errors import ReconError
from recon.warehouse.connect import connect, settle


def test_all_of_it_is_in_the_file(tmp_path: Path) -> None:
    """Nothing is left beside it, and who opens it finds the tables."""
    path = tmp_path / "warehouse.duckdb"
    with connect(path) as connection:
        connection.execute("create table numbers as select 42 as number")
        settle(connection, path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with connect(path, read_only=True) as reader:
        assert reader.execute("from numbers").fetchall() == [(42,)]


@pytest.mark.parametrize("moment", ["before_header", "before_truncate"])
def test_a_checkpoint_that_fails_is_one_clear_line(moment: str, tmp_path: Path) -> None:
    """As on a disk that is full or broken: DuckDB's own switch makes it fail there."""
    path = tmp_path / "warehouse.duckdb"
    with connect(path) as connection:
        connection.execute(f"set debug_checkpoint_abort = '{moment}'")
        connection.execute("create table numbers as select 42 as number")
        with pytest.raises(ReconError, match="expected a warehouse that is whole in its file"):
            settle(connection, path)


def test_what_is_left_in_a_log_is_not_whole(tmp_path: Path) -> None:
    """A log that stays beside the file holds what the file does not."""
    path = tmp_path / "warehouse.duckdb"
    with connect(path) as connection:
        connection.execute("create table numbers as select 42 as number")
        settle(connection, path)
        path.with_name("warehouse.duckdb.wal").write_bytes(b"left")
    with connect(":memory:") as other, pytest.raises(ReconError, match="left beside it"):
        settle(other, path)
