"""The documented samples, replayed byte for byte: nothing is lost, and every verdict is reviewed.

`verdicts.csv` is the reviewed expectation: one line for each verdict that is no plain pass, and
why it is right. All samples name one account, `{ACCID}`, whose holdings they do not explain, so a
part of them cannot agree with books that begin at zero.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from recon.nightly.ingest import ingest_files
from recon.nightly.progress import SILENT
from recon.nightly.replay import replay_streams
from recon.paths import folder
from recon.sandbox.messages.samples import sample_books
from recon.sandbox.wire.server import Sandbox
from recon.warehouse.connect import connect
from recon.window import Window, parse_instant
from tests.nightly.nights import NOW, broker_of, run_night, settings_of

SAMPLES = folder("data") / "samples"
SERVED = {"trades": "trades_v2.ndjson", "nta": "nta.ndjson", "system": "system.ndjson"}
INGESTED = {
    name: f"{name}.ndjson"
    for name in ("trades_v1", "journal_status", "transfer_status", "account_status", "admin_action")
}
FILES = SERVED | INGESTED
COLUMNS = ("rule", "verdict", "symbol", "subject", "expected", "actual", "difference")
REVIEWED = Path(__file__).parent / "verdicts.csv"
REVIEWABLE = """
select rule, verdict, coalesce(symbol, ''), subject, coalesce(expected, ''),
    coalesce(actual, ''), coalesce(plain(difference), '')
from verdicts where verdict <> 'pass'
"""
# The older trades tell two of the fills again; what they say of one event is one event.
ROWS = {
    "order_events": 5 + 4 - 2,
    "activities": 61,
    "system_events": 2,
    "journal_states": 4,
    "transfer_states": 3,
    "account_states": 7,
    "admin_actions": 1,
}


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The samples read through the real protocol, and the night of their last date."""
    home = tmp_path_factory.mktemp("samples")
    window = Window(parse_instant("2020-01-01"), parse_instant("2026-01-07"))
    with Sandbox(sample_books(SAMPLES)) as sandbox:
        with broker_of(sandbox) as broker:
            replay_streams(
                broker, settings_of(home, sandbox.url), SERVED, window, NOW, progress=SILENT
            )
        for name, file in INGESTED.items():
            settings = settings_of(home, sandbox.url)
            for _ in ingest_files(settings, name, [SAMPLES / file], NOW, progress=SILENT):
                pass
        run_night(sandbox, home, date(2026, 1, 5))
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("stream", FILES)
def test_every_sample_is_archived(warehouse: duckdb.DuckDBPyConnection, stream: str) -> None:
    """The count of lines is the count archived, and none is malformed."""
    lines = len((SAMPLES / FILES[stream]).read_text(encoding="utf-8").splitlines())
    archived = warehouse.execute(
        "select count(*), count(malformed), count(distinct identity) from events.archived_messages"
        " where stream = ?",
        [stream],
    ).fetchall()
    assert archived == [(lines, 0, lines)]


@pytest.mark.parametrize("table", ROWS)
def test_every_sample_is_in_the_warehouse(warehouse: duckdb.DuckDBPyConnection, table: str) -> None:
    """A row for each event, however many copies of it there are."""
    rows = warehouse.execute(f"select count(*) from events.{table}").fetchall()
    assert rows == [(ROWS[table],)]


def test_every_verdict_other_than_a_pass_is_reviewed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """A rule that changes its mind on a documented sample must be looked at by a person."""
    with REVIEWED.open(newline="", encoding="utf-8") as file:
        reviewed = list(csv.DictReader(file))
    assert all(row["why"] for row in reviewed)
    expected = sorted(tuple(row[column] for column in COLUMNS) for row in reviewed)
    assert sorted(warehouse.execute(REVIEWABLE).fetchall()) == expected


def test_the_exact_digits_of_the_samples_come_out(warehouse: duckdb.DuckDBPyConnection) -> None:
    """JSON numbers that a double would bend, digit for digit."""
    found = warehouse.execute(
        "select plain(qty), plain(cash_rate) from events.activities"
        " where qty in (0.029194239, 0.003228036) or (symbol = 'HIE' and ca_leg = 'CASH')"
        " order by 1"
    ).fetchall()
    assert found == [("0", "12.6341694"), ("0.003228036", None), ("0.029194239", None)]
