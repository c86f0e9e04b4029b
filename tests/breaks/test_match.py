"""What happens to a break from one night to the next, as a table of states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from recon.breaks.match import Change, Finding, Known, break_id, match
from recon.rules.header import ITSELF

MONDAY, TUESDAY = date(2026, 6, 15), date(2026, 6, 16)
RULE = "trades/position_not_continuous"


def finding(state: str = "break", difference: str = "5", identity: str = "b1") -> Finding:
    """One verdict of tonight."""
    return Finding(
        break_id=identity, rule=RULE, severity="S1", state=state, account_id="A1", symbol="AAPL",
        subject="position", expected="10", actual="15", difference=difference, unit="shares",
        due_date="", evidence=("E1",),
    )  # fmt: skip


def known(state: str, difference: str = "5") -> dict[str, Known]:
    """What the log says of the one break before tonight."""
    return {"b1": Known(MONDAY, state, RULE, difference)}


@pytest.mark.parametrize(
    ("before", "tonight", "what", "state"),
    [
        ({}, [finding()], "opened", "break"),
        ({}, [finding("pending")], "opened", "pending"),
        (known("pending"), [finding()], "changed", "break"),
        (known("break"), [finding(difference="6")], "changed", "break"),
        (known("break"), [finding("pending")], "changed", "pending"),
        (known("break"), [], "cleared", "cleared"),
        (known("pending"), [], "cleared", "cleared"),
        (known("cleared", ""), [finding()], "reopened", "break"),
        (known("cleared", ""), [finding("pending")], "reopened", "pending"),
    ],
)
def test_a_change_of_state_is_one_line(
    before: dict[str, Known], tonight: list[Finding], what: str, state: str
) -> None:
    """Every way from one night to the next in which something happens."""
    (change,) = match(before, tonight, TUESDAY)
    assert (change.what, change.state, change.system_date) == (what, state, TUESDAY)
    assert (change.break_id, change.rule) == ("b1", RULE)
    assert change.difference == (tonight[0].difference if tonight else "")


@pytest.mark.parametrize(
    ("before", "tonight"),
    [
        ({}, []),
        (known("break"), [finding()]),
        (known("pending"), [finding("pending")]),
        (known("cleared", ""), []),
    ],
)
def test_what_stays_as_it_was_leaves_no_line(
    before: dict[str, Known], tonight: list[Finding]
) -> None:
    """A log of a quiet year is short."""
    assert match(before, tonight, TUESDAY) == []


def test_what_a_rule_could_not_judge_stays_as_it_was() -> None:
    """While the rule itself is a break, what it does not find is not gone; other rules' is."""
    itself = replace(finding(identity="b2"), subject=ITSELF)
    before = known("break") | {"b3": Known(MONDAY, "break", "trades/other", "1")}
    changes = match(before, [itself], TUESDAY)
    assert [(change.break_id, change.what) for change in changes] == [
        ("b2", "opened"),
        ("b3", "cleared"),
    ]


def test_the_lines_of_a_night_come_in_one_order() -> None:
    """However the findings are ordered, the log has the same bytes."""
    before = {"b9": Known(MONDAY, "break", RULE, "1")}
    several = [finding(identity="b3"), finding(identity="b1")]
    changes = match(before, several, TUESDAY)
    assert changes == match(before, several[::-1], TUESDAY)
    assert [(change.break_id, change.what) for change in changes] == [
        ("b1", "opened"),
        ("b3", "opened"),
        ("b9", "cleared"),
    ]
    assert changes[2] == Change("b9", "cleared", TUESDAY, "cleared", RULE, "")


def test_an_identity_depends_on_where_and_never_on_the_amount() -> None:
    """The first twelve hex digits of the sha256 of the four parts, each ended by a NUL but the
    last; parts that run together differently are other breaks."""
    assert break_id("r", "a", "s", "x") == "4c44f31d6819"
    assert break_id("r", "a", "s", "x") != break_id("r", "as", "", "x")
    assert break_id("r", "a", "", "x") != break_id("r", "", "a", "x")
