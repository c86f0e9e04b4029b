"""The line before the breaks: of which night they are, and whether its input was complete."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.sandbox.wire.server import Sandbox
from tests.archive.making import contents
from tests.cli.calling import Called, call_here
from tests.nightly.nights import MONDAY, TUESDAY, WEDNESDAY, Home, right_books


@pytest.fixture(scope="module")
def wednesday() -> Iterator[Sandbox]:
    """A broker that is ready with Wednesday: of the days before it gives no statements."""
    with Sandbox(right_books(), as_of=WEDNESDAY) as running:
        yield running


def called_on(home: Path, *words: str, url: str = "http://127.0.0.1:9") -> Called:
    """`recon` on that home."""
    return call_here(home.parent, "--home", str(home), "--broker-url", url, *words)


@pytest.fixture
def behind(wednesday: Sandbox, tmp_path: Path) -> Path:
    """A home with a complete Monday, whose Tuesday is run too late."""
    home = tmp_path / "home"
    with Sandbox(right_books(), as_of=MONDAY) as monday:
        assert called_on(home, "run", "--date", str(MONDAY), url=monday.url).code == 0
    assert called_on(home, "run", "--date", str(TUESDAY), url=wednesday.url).code == 4
    return home


def test_a_clean_night_says_how_much_was_looked_at(clean: Home) -> None:
    """Nothing open is a result only with the number of things that were checked."""
    called = called_on(clean.path, "breaks")
    night = clean.outcomes[0]
    assert called.code == 0
    assert called.out == (
        f"2026-06-15, input complete: 0 open, 0 pending, {night.not_evaluated} not evaluated"
        f" of {night.checked:,} checked\n"
    )
    assert night.checked > 500
    (line,) = called_on(clean.path, "breaks", "--json").out.splitlines()
    head = json.loads(line)
    assert (head["checked"], head["open"], head["input_complete"]) == (night.checked, 0, True)


def test_severities_of_what_is_open_are_counted(faulty: Home) -> None:
    """As the report of that night has them."""
    night = faulty.outcomes[1]
    severities = [row["severity"] for row in night.worst if row["state"] == "break"]
    kinds = ", ".join(f"{severities.count(name)} {name}" for name in sorted({*severities}))
    line = called_on(faulty.path, "breaks").out.splitlines()[0]
    assert line.startswith(f"2026-06-16, input complete: {night.breaks} open ({kinds}), 2 pending")


def test_a_break_is_listed_with_what_the_report_says_of_it(faulty: Home) -> None:
    """Whose, of what, how severe and in which unit: as in discrepancies.csv."""
    listed = called_on(faulty.path, "breaks", "--json").out
    rows = [json.loads(line) for line in listed.splitlines()[1:]]
    report = faulty.path / "reports" / "2026-06-16" / "discrepancies.csv"
    with report.open(newline="", encoding="utf-8") as file:
        told = {row["break_id"]: row for row in csv.DictReader(file)}
    assert told.keys() == {row["break_id"] for row in rows}
    for row in rows:
        assert row.items() <= told[row["break_id"]].items()
        assert {"severity", "account_id", "symbol", "subject", "unit"} <= row.keys()


def test_an_incomplete_last_night_is_told_first(behind: Path) -> None:
    """What is open is of the night before; doctor says the same, and ends with 4."""
    called = called_on(behind, "breaks")
    said = (
        "the night of 2026-06-16 is INCOMPLETE (eod_positions, eod_cash not proven);"
        " open breaks are those of 2026-06-15: 0 open, 0 pending, "
    )
    assert called.code == 0
    assert called.out.startswith(said)
    head = json.loads(called_on(behind, "breaks", "--json").out)
    assert (head["incomplete"], head["input_complete"]) == ("2026-06-16", False)
    with Sandbox(right_books(), as_of=WEDNESDAY) as broker:
        doctor = called_on(behind, "doctor", url=broker.url)
    assert doctor.code == 4
    assert f"✗ last night: {said}" in doctor.out


def test_where_only_incomplete_nights_ran_nothing_was_checked(
    wednesday: Sandbox, tmp_path: Path
) -> None:
    """Exit 4 says why on standard error, and what to do; `breaks` afterwards is no all-clear."""
    home = tmp_path / "home"
    night = called_on(home, "run", "--date", str(TUESDAY), url=wednesday.url)
    assert night.code == 4
    assert "the broker's positions statement of 2026-06-16: HTTP 422" in night.err
    assert "the broker serves only its last trading day" in night.err
    assert night.err.splitlines()[-1].startswith("recon: expected proof that the input of ")
    before = contents(home)
    called = called_on(home, "breaks")
    assert (called.code, called.out) == (2, "")
    assert "only incomplete nights, the last of 2026-06-16" in called.complaint
    checked = called_on(home, "check", "--date", str(TUESDAY))
    assert checked.code == 4
    assert "eod_positions 2026-06-16T04:00:00Z .. 2026-06-17T04:00:00Z, never" in checked.complaint
    doctor = called_on(home, "doctor", url=wednesday.url)
    assert doctor.code == 4
    assert before.keys() == contents(home).keys()


def test_reports_that_are_gone_are_named(behind: Path) -> None:
    """The break log alone does not say how much was checked."""
    for path in (behind / "reports" / "2026-06-15").iterdir():
        path.unlink()
    called = called_on(behind, "breaks")
    assert called.code == 2
    assert "`recon check --date 2026-06-15`" in called.complaint
    assert called_on(behind, "check", "--date", "2026-06-15").code == 0
    assert called_on(behind, "breaks").code == 0
