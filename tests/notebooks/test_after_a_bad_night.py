"""The notebook's tables, run as its readers run it: on the home that real nights left behind."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import marimo
import pytest

from tests.nightly.nights import Home
from tests.notebooks.reading import Run, lost_fill, report


def test_the_breaks_are_those_of_the_csv_worst_first(run: Run, faulty: Home) -> None:
    """An analyst and finance must talk of the same rows."""
    outputs, names = run(faulty.path)
    shown = names["breaks"].to_dicts()
    assert any(output is names["break_table"] for output in outputs)
    assert names["break_table"].data.select(names["breaks"].columns).to_dicts() == shown
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
