"""Both programs read the ledger of a sandbox night and agree with it to the digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pendulum
import pytest

from recon.errors import UsageError
from recon.feeds.broker import Broker
from recon.nightly.progress import SILENT
from recon.nightly.run import run_date
from recon.reports.export.published import export_published
from recon.sandbox.books.make import make_books
from recon.sandbox.faults.catalog import DEMO_FAULTS, plant
from recon.sandbox.wire.server import Sandbox
from recon.settings import read_settings
from recon.warehouse.connect import connect
from tests.export.programs import PROGRAMS, ask, sums, without_zeros


@pytest.fixture(
    scope="module",
    params=[(1, ()), (2, ()), (3, DEMO_FAULTS)],
    ids=["seed 1", "seed 2", "seed 3 with faults"],
)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The RECON_HOME of one night that reads all days of a seed's books."""
    seed, faults = request.param
    home = tmp_path_factory.mktemp("export") / "home"
    books, _ = plant(make_books(seed), faults)
    last = max(books.closings)
    with Sandbox(books, as_of=last) as sandbox:
        options = {"home": str(home), "broker_url": sandbox.url}
        settings = replace(read_settings(options, {}, None), lookback_days=30)
        with Broker(sandbox.url, sandbox.key, sandbox.secret) as broker:
            run_date(
                broker, settings, last, pendulum.datetime(2026, 7, 1), wait_seconds=0,
                again=False, progress=SILENT,
            )  # fmt: skip
    return home


@pytest.fixture
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse."""
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        yield connection


def exported(home: Path, program: str, file: Path) -> Path:
    """The export in a file."""
    file.write_bytes(b"".join(export_published(home, program)))
    return file


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_accepts_the_books_and_has_our_balances_to_the_digit(
    program: str, home: Path, published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """One transaction an event and date, one assertion an account and commodity, equal sums."""
    ours = sums(published)
    ((events,),) = published.execute(
        "select count(*) from (select distinct system_date, event_id from postings)"
    ).fetchall()
    assert events > 300
    answer = ask(program, exported(home, program, tmp_path / "books"))
    assert answer.complaint == ""
    assert (answer.transactions, answer.assertions) == (events, len(ours))
    assert answer.balances is not None
    assert without_zeros(answer.balances) == without_zeros(ours)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_books_give_the_same_bytes(program: str, home: Path) -> None:
    """Nothing in an export depends on the run that writes it."""
    assert list(export_published(home, program)) == list(export_published(home, program))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_home_without_a_warehouse_says_what_to_do(program: str, tmp_path: Path) -> None:
    """Before the first night there is no ledger."""
    with pytest.raises(UsageError, match="recon run --date D"):
        next(export_published(tmp_path, program))
