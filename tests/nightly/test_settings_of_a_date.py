"""A date is evaluated again with the settings that it ran with; what other ones say lies apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.sandbox.faults.catalog import plant
from recon.sandbox.wire.server import Sandbox
from recon.settings import DEFAULTS
from tests.archive.making import contents
from tests.cli.calling import CREDENTIALS, call_here
from tests.nightly.longnights import copy_of
from tests.nightly.nights import MONDAY, right_books

ALL = f"{DEFAULTS['streams']},activities"
CHECK = ("check", "--date", str(MONDAY))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose Monday ran over all streams, as RECON_STREAMS said then."""
    home = tmp_path_factory.mktemp("ran") / "home"
    books, _ = plant(right_books(), ["lost_fill"])
    with Sandbox(books, as_of=MONDAY) as sandbox:
        words = ("--home", str(home), "--broker-url", sandbox.url, "run", "--date", str(MONDAY))
        called = call_here(home.parent, *words, env={**CREDENTIALS, "RECON_STREAMS": ALL})
    assert called.code == 3
    return home


@pytest.fixture
def home(ran: Path, tmp_path: Path) -> Path:
    """A copy to write to."""
    return copy_of(ran, tmp_path / "home")


def test_a_check_without_those_settings_gives_the_same_bytes(home: Path) -> None:
    """Nobody has to know what a night ran with: the index of runs knows."""
    before = contents(home / "reports")
    called = call_here(home, "--home", str(home), *CHECK, env={})
    assert called.code == 3
    assert contents(home / "reports") == before


@pytest.mark.parametrize("order", [ALL, ",".join(reversed(ALL.split(",")))])
def test_the_same_streams_in_any_order_are_the_same_settings(home: Path, order: str) -> None:
    """Production keeps its environment: that is no other setting."""
    before = contents(home / "reports")
    assert call_here(home, "--home", str(home), *CHECK, env={"RECON_STREAMS": order}).code == 3
    assert contents(home / "reports") == before


@pytest.mark.long
@pytest.mark.parametrize(
    ("environment", "config", "named"),
    [
        ({"RECON_STREAMS": "trades,nta"}, "", "streams"),
        ({"RECON_LOOKBACK_SESSIONS": "3"}, "", "lookback_sessions"),
        ({}, '[assumptions]\ncost_method = "compressed_fifo"\n', "assumptions"),
        ({"RECON_STREAMS": "activities"}, "lookback_sessions = 3\n", "streams and lookback"),
    ],
)
def test_other_settings_that_are_given_publish_nothing(
    home: Path, environment: dict[str, str], config: str, named: str
) -> None:
    """Their reports are in a folder of their own, which the output names; all else is as it was."""
    (home / "recon.toml").write_text(config)
    before = contents(home)
    called = call_here(home, "--home", str(home), *CHECK, env=environment)
    assert called.code == 3
    assert f"Evaluated with other {named}" in called.out
    assert called.out.endswith("/reports/other-settings/2026-06-15/discrepancies.csv\n")
    after = contents(home)
    assert {name: after[name] for name in before} == before
    new = after.keys() - before.keys()
    assert new
    assert all(name.startswith("reports/other-settings/2026-06-15/") for name in new)
    rebuilt = call_here(
        home, "--home", str(home), "rebuild", "--date", "2026-06-15", env=environment
    )
    assert rebuilt.out == f"{home / 'warehouse-2026-06-15.duckdb'}\n"
    assert contents(home)["warehouse.duckdb"] == before["warehouse.duckdb"]


def test_the_record_says_what_the_published_reports_say(home: Path) -> None:
    """`recon run` answers from the record: after a check that must be the newer answer."""
    record = home / "runs" / "2026-06-15.json"
    old = json.loads(record.read_text())
    record.write_text(json.dumps({**old, "result": "clean", "breaks": 0}))
    assert call_here(home, "--home", str(home), *CHECK, env={}).code == 3
    words = ("--home", str(home), "run", "--date", str(MONDAY))
    called = call_here(home, *words)
    assert called.code == 3
    assert called.out.startswith(f"2026-06-15 breaks: {old['breaks']} breaks")


def test_a_home_that_was_moved_names_its_reports_where_they_are(ran: Path, tmp_path: Path) -> None:
    """The record was written under another name of the home."""
    copy_of(ran, tmp_path / "moved")
    called = call_here(tmp_path, "--home", "moved", "run", "--date", str(MONDAY))
    assert called.out.endswith("\nmoved/reports/2026-06-15/discrepancies.csv\n")
