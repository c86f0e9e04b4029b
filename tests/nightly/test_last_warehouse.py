"""The warehouse that readers find is that of the last complete night, whatever is run after it."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import duckdb
import pendulum
import pytest

from recon.nightly.progress import SILENT
from recon.nightly.watch import watch_nights
from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import Called, call, call_here
from tests.nightly.longnights import copy_of, query, report
from tests.nightly.nights import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Home,
    broker_of,
    right_books,
    run_night,
    settings_of,
)

pytestmark = pytest.mark.long

NIGHT = "select system_date from night"


@pytest.fixture
def home(faulty: Home, tmp_path: Path) -> Path:
    """A copy of the home whose Monday and Tuesday found breaks, to write to."""
    return copy_of(faulty.path, tmp_path / "home")


def asked(home: Path, *words: str) -> Called:
    """`recon` on that home."""
    return call_here(home, "--home", str(home), *words)


def call_apart(home: Path, *words: str) -> Called:
    """The same in a process of its own: within one, DuckDB does not lock."""
    return call(home, "--home", str(home), *words)


def only_on(home: Path, night: date, other: date) -> dict[str, str]:
    """A row of a night whose break another night does not have, or has otherwise."""
    others = [row["break_id"] for row in report(home, other, "discrepancies.csv")]
    rows = report(home, night, "discrepancies.csv")
    return next(row for row in rows if row["break_id"] not in others)


def test_an_older_date_replaces_neither_the_warehouse_nor_its_explanations(home: Path) -> None:
    """Its own reports are published; its warehouse, asked for by `rebuild`, lies beside."""
    row = report(home, TUESDAY, "discrepancies.csv")[0]
    before = contents(home)["warehouse.duckdb"]
    assert asked(home, "check", "--date", str(MONDAY)).code == 3
    beside = home / "warehouse-2026-06-15.duckdb"
    assert asked(home, "rebuild", "--date", str(MONDAY)).out == f"{beside}\n"
    assert contents(home)["warehouse.duckdb"] == before
    assert asked(home, "explain", row["break_id"]).code == 0
    beside.replace(home / "warehouse.duckdb")
    assert query(home, NIGHT) == [(MONDAY,)]


def test_an_incomplete_night_does_not_replace_it_either(home: Path) -> None:
    """Wednesday is run too late. Its own breaks are explained with --date, and that is said."""
    row = report(home, TUESDAY, "discrepancies.csv")[0]
    with Sandbox(right_books(), as_of=max(right_books().closings)) as sandbox:
        assert run_night(sandbox, home, WEDNESDAY).result == "incomplete"
    assert query(home, NIGHT) == [(TUESDAY,)]
    assert asked(home, "explain", row["break_id"]).code == 0
    window = only_on(home, WEDNESDAY, TUESDAY)["break_id"]
    refused = asked(home, "explain", window)
    assert refused.code == 2
    assert f"recon explain --date {WEDNESDAY} {window}" in refused.complaint
    assert (
        "A feed is not proven complete"
        in asked(home, "explain", "--date", str(WEDNESDAY), window).out
    )


def test_a_first_night_has_a_warehouse_complete_or_not(tmp_path: Path) -> None:
    """So that its breaks can be looked at; the first complete night then replaces it."""
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox:
        assert run_night(sandbox, tmp_path, MONDAY).result == "incomplete"
        assert query(tmp_path, NIGHT) == [(MONDAY,)]
        assert run_night(sandbox, tmp_path, TUESDAY).result == "clean"
        assert query(tmp_path, NIGHT) == [(TUESDAY,)]
        assert run_night(sandbox, tmp_path, MONDAY).result == "incomplete"
    assert query(tmp_path, NIGHT) == [(TUESDAY,)]


def test_watch_does_not_replace_it_by_an_older_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs the older dates that have no record; of these there are no statements any more."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with Sandbox(right_books(), as_of=TUESDAY) as sandbox, broker_of(sandbox) as broker:
        assert run_night(sandbox, tmp_path, TUESDAY).result == "clean"
        settings = settings_of(tmp_path, sandbox.url)
        june = pendulum.datetime(2026, 6, 17, 12)
        outcomes = watch_nights(broker, settings, lambda: june, 1, progress=SILENT)
        assert [(each.system_date, each.result) for each in outcomes] == [(MONDAY, "incomplete")]
    assert query(tmp_path, NIGHT) == [(TUESDAY,)]


def test_a_break_of_any_night_is_explained_as_its_report_has_it(home: Path) -> None:
    """A pending fee of Monday was a break on Tuesday. Nothing in the home is touched."""
    pending = next(
        row for row in report(home, MONDAY, "discrepancies.csv") if row["state"] == "pending"
    )
    before = contents(home)
    told = json.loads(
        asked(home, "explain", "--date", str(MONDAY), pending["break_id"], "--json").out
    )
    assert told["sentence"].endswith("(pending).")
    told = json.loads(asked(home, "explain", pending["break_id"], "--json").out)
    assert told["sentence"].endswith("(break).")
    assert contents(home) == before


def test_an_id_that_no_night_has_is_refused(home: Path) -> None:
    """And what there is to do: no night is named that does not have it either."""
    called = asked(home, "explain", "--date", str(MONDAY), "000000000000")
    assert called.code == 2
    assert "a break_id of the night of 2026-06-15" in called.complaint
    assert "copy the id from the first column" in called.complaint


def test_a_warehouse_that_is_open_for_writing_says_who_holds_it(home: Path) -> None:
    """In one line, exit 6. A night still publishes, and nothing that the other wrote stays."""
    row = report(home, TUESDAY, "discrepancies.csv")[0]
    with duckdb.connect(str(home / "warehouse.duckdb")) as analyst:
        analyst.execute("create table main.mine as select 1 as one")
        held = call_apart(home, "explain", row["break_id"])
        assert held.code == 6
        assert "(PID " in held.complaint
        assert "read_only=True" in held.complaint
        assert call_apart(home, "export", "hledger").code == 6
        assert call_apart(home, "check", "--date", str(TUESDAY)).code == 3
    assert asked(home, "explain", row["break_id"]).code == 0
    assert query(home, "select table_name from duckdb_tables() where table_name = 'mine'") == []


def test_readers_who_only_read_get_instants_from_the_client(faulty: Home) -> None:
    """DuckDB's own client needs one more package for them, which comes with the job."""
    warehouse = str(faulty.path / "warehouse.duckdb")
    with duckdb.connect(warehouse, read_only=True) as reader:
        assert call_apart(faulty.path, "explain", "0").code == 2
        ((instant,),) = reader.execute("select max(event_at) from events.executions").fetchall()
    assert instant.utcoffset() is not None
