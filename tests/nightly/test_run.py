"""A night from the broker to its reports, and the same night again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from recon.archive.manifest import read_manifest
from recon.nightly.run import check_date, rebuild_date
from recon.sandbox.wire.server import Sandbox
from recon.sandbox.wire.transport import TransportFault
from recon.warehouse.connect import connect
from tests.archive.making import contents
from tests.chains import without_heads
from tests.nightly.nights import (
    MONDAY,
    TUESDAY,
    Home,
    right_books,
    run_night,
    settings_of,
)

NOBODY = "http://127.0.0.1:9"


def copy_of(home: Home, place: Path) -> Path:
    """A home that a test may write to."""
    return Path(shutil.copytree(home.path, place / "home"))


def reports(home: Path) -> dict[str, bytes]:
    """The bytes of every report, without the heads that a certificate names: another reading moves
    them. Where reports stand is in the outcome, not in them."""
    return without_heads(contents(home / "reports"))


def test_a_night_on_right_books_is_clean_and_was_looked_at(clean: Home) -> None:
    """Clean means checked: some hundred things, none of them left open."""
    (outcome,) = clean.outcomes
    assert (outcome.result, outcome.breaks, outcome.pending) == ("clean", 0, 0)
    assert outcome.checked > 100
    assert (outcome.worst, outcome.concentration, outcome.unopened) == ([], "", False)
    certificate = json.loads((clean.path / "reports/2026-06-15/certificate.json").read_text())
    assert certificate["result"] == "clean"
    assert certificate["certified"] is True


def test_a_second_run_answers_from_the_record_and_asks_nobody(clean: Home, tmp_path: Path) -> None:
    """Airflow starts a night more than once."""
    home = copy_of(clean, tmp_path)
    before = contents(home)
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        outcome = run_night(sandbox, home, MONDAY)
        assert sandbox.requests == ()
    assert outcome == replace(clean.outcomes[0], reports=str(home / "reports" / "2026-06-15"))
    assert contents(home) == before


def test_a_night_again_gives_the_same_bytes_and_asks_again(clean: Home, tmp_path: Path) -> None:
    """Replayed and recomputed, the archive has nothing new and no report changes."""
    home = copy_of(clean, tmp_path)
    before, segments = reports(home), contents(home / "archive" / "trades")
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        outcome = run_night(sandbox, home, MONDAY, again=True)
        assert any(request.startswith("/v2/events/trades") for request in sandbox.requests)
    assert (outcome.result, outcome.checked) == ("clean", clean.outcomes[0].checked)
    assert reports(home) == before
    assert contents(home / "archive" / "trades") == segments


def test_a_check_without_the_warehouse_gives_the_same_bytes(faulty: Home, tmp_path: Path) -> None:
    """The warehouse is a cache: what is certified comes from the archive alone."""
    home = copy_of(faulty, tmp_path)
    before, log = reports(home), (home / "breaks" / "log.ndjson").read_bytes()
    (home / "warehouse.duckdb").unlink()
    shutil.rmtree(home / "reports" / "2026-06-16")
    outcome = check_date(settings_of(home, NOBODY), TUESDAY)
    assert (outcome.result, outcome.breaks) == ("breaks", faulty.outcomes[1].breaks)
    assert reports(home) == before
    assert (home / "breaks" / "log.ndjson").read_bytes() == log


def test_a_rebuilt_warehouse_has_the_same_contents(faulty: Home, tmp_path: Path) -> None:
    """Table by table, row by row."""
    home = copy_of(faulty, tmp_path)
    before = tables(home)
    (home / "warehouse.duckdb").unlink()
    rebuild_date(settings_of(home, NOBODY), TUESDAY)
    after = tables(home)
    assert after.keys() == before.keys()
    assert "events.executions" in after
    for name in after:
        assert after[name] == before[name], name


def test_a_missing_fee_is_pending_on_its_night_and_a_break_on_the_next(faulty: Home) -> None:
    """Due one business day later; it keeps its identity and the night it was first seen on."""
    account = faulty.planted[1].account_id
    first, second = (
        next(row for row in outcome.worst if row["account_id"] == account)
        for outcome in faulty.outcomes
    )
    assert (first["state"], second["state"]) == ("pending", "break")
    assert first["break_id"] == second["break_id"]
    assert (second["first_seen"], second["age_business_days"]) == ("2026-06-15", "1")
    # On the second only two journals wait, which are executed days later.
    assert [outcome.pending for outcome in faulty.outcomes] == [1, 2]


def test_a_lossy_stream_certifies_nothing_and_the_same_command_then_succeeds(
    clean: Home, tmp_path: Path
) -> None:
    """All seven readings of one stream are lossy, so rules over it say that they did not look;
    no record and no line of the break log claim otherwise."""
    lossy = TransportFault("slow", path="/v1/events/nta", count=1, times=7)
    with Sandbox(right_books(), as_of=MONDAY, transport=(lossy,)) as sandbox:
        first = run_night(sandbox, tmp_path, MONDAY)
        certificate = json.loads((tmp_path / "reports/2026-06-15/certificate.json").read_text())
        assert (first.result, certificate["certified"]) == ("incomplete", False)
        assert first.not_evaluated > 0
        needed = {n["stream"]: n["complete"] for n in certificate["needed"] if n["binding"]}
        assert needed == {"trades": True, "nta": False, "eod_positions": True, "eod_cash": True}
        assert not (tmp_path / "runs" / "2026-06-15.json").exists()
        assert not (tmp_path / "breaks" / "log.ndjson").exists()
        second = run_night(sandbox, tmp_path, MONDAY)
    assert (second.result, second.checked) == ("clean", clean.outcomes[0].checked)
    assert {fetch.dropped for fetch in read_manifest(tmp_path / "archive")} == {0, 1}


def verdicts_of(home: Path, rule: str) -> set[str]:
    """The verdicts of a rule on the last night."""
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        rows = connection.execute("select verdict from verdicts where rule = ?", [rule]).fetchall()
    return {verdict for (verdict,) in rows}


def test_a_stream_that_moves_no_money_and_is_not_proven_silences_its_rules_only(
    tmp_path: Path,
) -> None:
    """The night is certified, the gap is a break, and nothing is said of journals."""
    lossy = TransportFault("slow", path="/v2/events/journals/status", count=1, times=7)
    with Sandbox(right_books(), as_of=TUESDAY, transport=(lossy,)) as sandbox:
        outcome = run_night(sandbox, tmp_path, TUESDAY)
    assert outcome.result == "breaks"
    assert [(r["rule"], r["subject"]) for r in outcome.worst if r["state"] == "break"] == [
        ("streams/window_incomplete", "window of journal_status")
    ]
    assert verdicts_of(tmp_path, "money/journal_not_posted") == {"not_evaluated"}
    assert "pass" in verdicts_of(tmp_path, "statements/cash_differs")


def test_a_stream_that_the_broker_does_not_give_is_not_missed(tmp_path: Path) -> None:
    """Not every key may read every stream; the rules over it look at nothing."""
    refused = TransportFault("status", path="/v2/events/journals/status", status=404, times=9)
    with Sandbox(right_books(), as_of=TUESDAY, transport=(refused,)) as sandbox:
        outcome = run_night(sandbox, tmp_path, TUESDAY)
    assert outcome.result == "clean"
    assert verdicts_of(tmp_path, "money/journal_not_posted") == set()
    certificate = json.loads((tmp_path / "reports/2026-06-16/certificate.json").read_text())
    assert "journal_status" not in {need["stream"] for need in certificate["needed"]}


def tables(home: Path) -> dict[str, list[object]]:
    """Every table of the warehouse, its rows in order."""
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' order by all"
        ).fetchall()
        return {
            name: connection.sql(f"select * from {name} order by all").pl().rows()
            for (name,) in names
        }
