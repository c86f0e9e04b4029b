"""The lines that end a night: what most breaks have in common, and the worst first."""

from __future__ import annotations

import pytest

from recon.reports.summary import concentration, looks_unopened, worst_first


def row(**fields: str) -> dict[str, str]:
    """A break, of which only what is named matters."""
    usual = {
        "state": "break", "severity": "S1", "rule": "r1", "account_id": "a1", "symbol": "X",
        "subject": "s", "difference": "",
    }  # fmt: skip
    return usual | fields


def test_what_most_breaks_share_is_named() -> None:
    """A rule, an account or a symbol: whichever most of them have."""
    rows = [row(account_id=f"a{n}", rule=f"r{n}") for n in range(3)]
    rows.append(row(account_id="a9", rule="r9", symbol="Y"))
    assert concentration(rows) == "3 of 4 breaks are of symbol X."


def test_of_equals_the_rule_is_named_first_then_the_account() -> None:
    """Twice the same breaks give the same sentence."""
    same = [row(), row()]
    assert concentration(same) == "2 of 2 breaks are of rule r1."
    apart = [row(rule="r1", symbol=""), row(rule="r2", symbol="")]
    assert concentration(apart) == "2 of 2 breaks are of account a1."


@pytest.mark.parametrize("rows", [[], [row()], [row(), row(state="pending")]])
def test_one_break_or_none_is_no_concentration(rows: list[dict[str, str]]) -> None:
    """What is pending is not counted: it may still come right by itself."""
    assert concentration(rows) == ""


def test_the_worst_come_first() -> None:
    """Breaks before pending, then severity, then the size of the difference, either sign."""
    rows = [
        row(subject="pending", state="pending", severity="S0", difference="999"),
        row(subject="none"),
        row(subject="small", difference="0.01"),
        row(subject="large", difference="-1234567890.123456789"),
        row(subject="severe", severity="S0"),
        row(subject="middle", difference="1234567890.123456788"),
    ]
    assert [each["subject"] for each in worst_first(rows)] == [
        "severe", "large", "middle", "small", "none", "pending",
    ]  # fmt: skip
    assert worst_first(rows[::-1]) == worst_first(rows)


@pytest.mark.parametrize(
    ("differing", "accounts", "first_night", "unopened"),
    [(4, 5, True, True), (3, 5, True, False), (5, 5, False, False), (0, 0, True, False),
     (1, 1, True, True)],
)  # fmt: skip
def test_books_that_begin_in_the_middle_differ_nearly_everywhere_on_the_first_night(
    differing: int, accounts: int, first_night: bool, unopened: bool
) -> None:
    """Four in five accounts; on a later night it is a fault of the data, not of the books_start."""
    rows = [row(rule="statements/cash_differs", account_id=f"a{n}") for n in range(differing)]
    rows += [row(rule="statements/position_differs", account_id=f"a{n}") for n in range(differing)]
    rows += [row(rule="trades/other", account_id=f"b{n}") for n in range(9)]
    assert looks_unopened(rows, accounts, first_night=first_night) == unopened
