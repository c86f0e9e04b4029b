"""The warehouse is a cache: deleted, it is made again with the same contents."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from recon.nightly.run import rebuild_date
from tests.archive.making import contents
from tests.nightly.longbooks import DAYS
from tests.nightly.longnights import LongHome, contents_of_tables, copy_of, query, settings_back

pytestmark = pytest.mark.long

OPEN = "select ledger_account, commodity, amount from trial_balance where ledger_account <> 'OPEN'"


@pytest.mark.parametrize("name", ["long", "broken"])
def test_every_table_comes_again_row_by_row(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """On a night that begins two sessions back, and on one that restated and has open breaks."""
    ran: LongHome = request.getfixturevalue(name)
    home = copy_of(ran.path, tmp_path / "home")
    night, before = ran.outcomes[-1].system_date, contents(home)
    (home / "warehouse.duckdb").unlink()
    assert rebuild_date(settings_back(home, 1), night) == home / "warehouse.duckdb"
    made, published = contents_of_tables(home), contents_of_tables(ran.path)
    assert made.keys() == published.keys()
    assert {"events.executions", "main.postings", "main.verdicts", "main.executions"} <= made.keys()
    for table in made:
        assert made[table] == published[table], table
    after = contents(home)
    assert {file for file in before if after.get(file) != before[file]} <= {"warehouse.duckdb"}
    assert after.keys() == before.keys()


def test_the_archive_alone_gives_the_same_balances(long: LongHome, tmp_path: Path) -> None:
    """Without closings, reports, runs and break log the night begins where the books do."""
    shutil.copytree(long.path / "archive", tmp_path / "archive")
    rebuild_date(settings_back(tmp_path, 1), DAYS[-1])
    assert query(tmp_path, OPEN + " order by all") == query(long.path, OPEN + " order by all")
