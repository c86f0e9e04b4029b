"""The notebook, run as its readers run it: on the home that real nights left behind."""

from __future__ import annotations

import csv
import importlib.util
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import marimo
import pytest

from recon.warehouse.connect import connect
from tests.nightly.nights import TUESDAY, Home
from tests.test_shape import ROOT

NOTEBOOK = ROOT / "notebooks" / "after_a_bad_night.py"
Run = Callable[..., tuple[list[Any], Any]]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The notebook as a module; what stands beside it is found as marimo finds it."""
    monkeypatch.syspath_prepend(str(NOTEBOOK.parent))
    spec = importlib.util.spec_from_file_location(NOTEBOOK.stem, NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(notebook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs every cell; `defs` stand for what a reader chooses. Gives outputs and names."""

    def run_on(home: Path, **defs: object) -> tuple[list[Any], Any]:
        monkeypatch.setenv("RECON_HOME", str(home))
        outputs, names = notebook.app.run(defs=defs or None)
        return list(outputs), names

    return run_on


def report(home: Home, name: str) -> list[dict[str, str]]:
    """A report of Tuesday's night as rows."""
    path = home.path / "reports" / str(TUESDAY) / name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lost_fill(home: Home) -> dict[str, str]:
    """The break that a reader would choose: where the broker's position jumps."""
    (row,) = (
        row
        for row in report(home, "discrepancies.csv")
        if row["rule"] == "trades/position_not_continuous"
    )
    return row


def as_script(home: Path) -> str:
    """What `python notebooks/after_a_bad_night.py` prints; it must end well, without a trace."""
    environment = {**os.environ, "RECON_HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, NOTEBOOK],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_breaks_are_those_of_the_csv_worst_first(run: Run, faulty: Home) -> None:
    """An analyst and finance must talk of the same rows."""
    outputs, names = run(faulty.path)
    shown = names["breaks"].to_dicts()
    assert any(output is names["break_table"] for output in outputs)
    assert names["break_table"].data.to_dicts() == shown
    rows = report(faulty, "discrepancies.csv")
    assert len(rows) > 1
    assert sorted(map(sorted, (row.items() for row in shown))) == sorted(
        map(sorted, (row.items() for row in rows))
    )
    severities = [row["severity"] for row in shown if row["state"] == "break"]
    assert severities == sorted(severities)
    assert names["chosen"] == shown[0]


def test_filters_leave_the_rows_of_the_rule_account_and_severity(run: Run, faulty: Home) -> None:
    """On a really bad night there are thousands."""
    wanted = lost_fill(faulty)
    for name in ("rule", "account_id", "severity"):
        filters = {
            f"{part}_filter": marimo.ui.multiselect(
                [wanted[key]], value=[wanted[key]] if key == name else []
            )
            for part, key in (
                ("rule", "rule"), ("account", "account_id"), ("severity", "severity")
            )
        }  # fmt: skip
        _, names = run(faulty.path, **filters)
        expected = {
            row["break_id"]
            for row in report(faulty, "discrepancies.csv")
            if row[name] == wanted[name]
        }
        assert set(names["breaks"]["break_id"]) == expected


def test_a_chosen_break_is_explained_with_what_the_broker_sent(run: Run, faulty: Home) -> None:
    """The sentence, the events around, and the exact text of the event that it names."""
    wanted = lost_fill(faulty)
    _, names = run(faulty.path, chosen=wanted)
    sentence = names["explanation"].sentence
    for part in ("account_id", "symbol", "expected", "actual", "difference"):
        assert wanted[part] in sentence
    assert [event["event"] for event in names["explanation"].timeline if event["named"]] == wanted[
        "evidence"
    ].split()
    sent = next(
        event.text
        for event in faulty.planted[-1].books.trades
        if event.payload.get("execution_id") == wanted["evidence"].split()[-1]
    )
    assert sent in names["explanation"].raw.values()


def test_the_picture_has_every_step_of_the_chosen_account_and_symbol(
    run: Run, faulty: Home
) -> None:
    """The quantities are those that the sandbox broker published, added up here by hand."""
    wanted = lost_fill(faulty)
    books = faulty.planted[-1].books
    sent: list[Any] = [
        event.payload
        for event in books.trades
        if event.account_id == wanted["account_id"]
        and event.payload["event"] in ("fill", "partial_fill")
        and event.payload["order"]["symbol"] == wanted["symbol"]  # type: ignore[index]
        and event.system_date <= TUESDAY
    ]
    signs = {"buy": 1, "sell": -1}
    moved = [signs[each["order"]["side"]] * Decimal(each["qty"]) for each in sent]
    stated = [
        position.qty
        for day, closing in sorted(books.closings.items())
        if day <= TUESDAY
        for position in closing.positions[wanted["account_id"]]
        if position.asset.symbol == wanted["symbol"]
    ]
    _, names = run(faulty.path, chosen=wanted)
    spec = names["chart"].to_dict()
    points = spec["data"]["values"]

    def drawn(says: str, *, events: bool = True) -> list[float]:
        return [
            point["quantity"]
            for point in points
            if point["says"] == says and bool(point["event"]) == events
        ]

    assert drawn("your books") == [float(sum_) for sum_ in itertools.accumulate(moved)]
    assert drawn("broker, with the event") == [float(each["position_qty"]) for each in sent]
    assert drawn("broker's statement", events=False) == [float(qty) for qty in stated]
    marked = {(point["event"], rule) for point in points for rule in point["rules"].split()}
    assert (wanted["evidence"].split()[-1], wanted["rule"]) in marked
    assert ("", "statements/position_differs") in marked


def test_the_steps_of_cash_end_at_the_closing_of_the_proof(run: Run, faulty: Home) -> None:
    """Fees and dividends move no position: for them the same picture is drawn of the cash."""
    wanted = next(
        row for row in report(faulty, "discrepancies.csv") if row["rule"] == "fees/taf_fee_differs"
    )
    _, names = run(faulty.path, chosen=wanted)
    (proof,) = (
        row for row in report(faulty, "cash_proof.csv") if row["account_id"] == wanted["account_id"]
    )
    last = names["timeline"][-1]
    assert (last["what"], last["books"], last["broker"]) == (
        "statement", proof["closing"], proof["statement"],
    )  # fmt: skip


def test_the_proofs_are_those_of_the_account(run: Run, faulty: Home) -> None:
    """Every row of the reports, and no other account's."""
    wanted = lost_fill(faulty)
    _, names = run(faulty.path, chosen=wanted)
    for name, kind in (("positions", "symbol"), ("cash", "currency")):
        expected = {
            row[kind]: row
            for row in report(faulty, f"{name}_proof.csv")
            if row.pop("account_id") == wanted["account_id"]
        }
        assert {row[kind]: row for row in names[name]} == expected
        assert expected


def test_a_question_is_answered_and_a_write_refused_in_one_line(
    run: Run, faulty: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The notebook is for looking; a wrong question is no reason for a stack trace."""
    _, names = run(faulty.path, query_form=SimpleNamespace(value="select 40 + 2 as answer"))
    assert names["answer"].to_dicts() == [{"answer": 42}]
    capsys.readouterr()
    _, names = run(faulty.path, query_form=SimpleNamespace(value="drop table verdicts"))
    assert names["answer"] is None
    assert "read-only" in capsys.readouterr().out


def test_what_the_broker_wrote_is_shown_as_text(notebook: ModuleType) -> None:
    """A symbol may look like a page's own script."""
    shown = notebook.say("<script>alert(1)</script>").text
    assert "<script>" not in shown


def test_as_a_script_it_says_what_the_night_found(faulty: Home) -> None:
    """One sentence for the night, one for the worst break."""
    said = as_script(faulty.path).splitlines()
    assert said[0].startswith(f"The night of {TUESDAY}: 5 breaks and 0 pending, of ")
    assert len(said) == 2


def test_a_night_without_breaks_says_so(clean: Home) -> None:
    """The other sections still work."""
    said = as_script(clean.path).splitlines()
    assert ": 0 breaks and 0 pending, of " in said[0]
    assert said[1].startswith("No breaks on this night")


@pytest.mark.parametrize("kind", ["no folder", "no database", "no tables"])
def test_without_a_warehouse_one_line_says_what_to_do(kind: str, tmp_path: Path) -> None:
    """A newcomer's first try must not end in a stack trace."""
    home = tmp_path / "home"
    if kind != "no folder":
        home.mkdir()
        (home / "warehouse.duckdb").write_text("not a database")
    if kind == "no tables":
        (home / "warehouse.duckdb").unlink()
        connect(home / "warehouse.duckdb").close()
    (said,) = as_script(home).splitlines()
    assert str(home / "warehouse.duckdb") in said
    assert "run `recon " in said


def test_marimo_finds_nothing_to_mend() -> None:
    """Its own check, warnings included."""
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "check", "--strict", NOTEBOOK],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
