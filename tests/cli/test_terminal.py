"""What a person sees of a night: few lines, and no text from outside that a terminal obeys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from recon.cli.console import print_explanation, print_outcome, print_table
from recon.nightly.night_record import Outcome
from recon.reports.explain import Explanation
from tests.nightly.nights import Home

HOSTILE = "X\x1b[2J\x1b]0;owned\x07\nY\u202e"


def printed(capsys: pytest.CaptureFixture[str], outcome: Outcome) -> str:
    """What a night prints for people."""
    print_outcome(outcome, as_json=False)
    return capsys.readouterr().out


def test_a_night_is_a_few_lines_with_the_file_last(
    faulty: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Result and counts first, then where the breaks concentrate, then what to open."""
    outcome = replace(
        faulty.outcomes[0], breaks=8, checked=12345, not_evaluated=3,
        reports="somewhere", concentration="4 of 8 breaks are of rule r.",
    )  # fmt: skip
    assert printed(capsys, outcome) == (
        "2026-06-15 breaks: 8 breaks, 1 pending of 12,345 checked, 3 not evaluated\n"
        "4 of 8 breaks are of rule r.\n"
        "somewhere/discrepancies.csv\n"
    )


def test_one_break_is_not_called_breaks(faulty: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, as a person would say it."""
    outcome = replace(faulty.outcomes[0], breaks=1, pending=0, checked=9, not_evaluated=0)
    assert "2026-06-15 breaks: 1 break, 0 pending of 9 checked" in printed(capsys, outcome)


def test_an_incomplete_night_says_that_nothing_is_certified(
    clean: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody may take its zero for an all-clear."""
    shown = printed(capsys, replace(clean.outcomes[0], result="incomplete"))
    assert "nothing is certified" in shown


def test_books_that_begin_in_the_middle_are_told_how_to_open(
    clean: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first night of a partner who is live already."""
    assert "recon open --date D" in printed(capsys, replace(clean.outcomes[0], unopened=True))
    assert "recon open" not in printed(capsys, clean.outcomes[0])


def test_json_is_the_whole_outcome(faulty: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """For the next program."""
    print_outcome(faulty.outcomes[0], as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown["system_date"] == "2026-06-15"
    assert shown["worst"] == list(faulty.outcomes[0].worst)


def test_nothing_from_outside_moves_the_terminal(
    clean: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """A symbol with an escape sequence, in every place where one is printed."""
    print_outcome(replace(clean.outcomes[0], concentration=HOSTILE), as_json=False)
    print_table("Title", ("rule", "difference"), [{"rule": HOSTILE, "difference": "1"}])
    explanation = Explanation(
        sentence=HOSTILE,
        timeline=[{"event": HOSTILE, "qty": None, "named": True}],
        raw={HOSTILE: HOSTILE},
        rule="area/name",
        sql="select 1\n",
    )
    print_explanation(explanation, as_json=False)
    print_explanation(explanation, as_json=True)
    shown = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert shown.count("\\x1b[2J") >= 5
