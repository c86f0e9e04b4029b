"""A CSV that finance opens: the bytes are RFC 4180, and no cell of it runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.reports.findings import COLUMNS
from recon.reports.table import harmless, to_csv

RECORD = ("a", "b")


def test_the_bytes_are_utf_8_with_line_feeds_and_quotes_only_where_needed() -> None:
    """As the contract says, whatever the platform's own habits are."""
    rows = [{"a": "1.50", "b": "é, ü"}, {"a": 'say "no"', "b": ""}]
    assert to_csv(RECORD, rows) == 'a,b\n1.50,"é, ü"\n"say ""no""",\n'.encode()


def test_no_row_is_a_header_alone() -> None:
    """A clean night still has a file, and it says which columns there would be."""
    assert to_csv(RECORD, []) == b"a,b\n"


@pytest.mark.parametrize("number", ["-5709.6", "0", "-0.000000001", "12345678.123456789", "007"])
def test_a_number_passes_untouched(number: str) -> None:
    """A spreadsheet must be able to add up the differences, and most of them are negative."""
    assert harmless(number) == number


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30", "-", "-5+cmd", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "\uff1d1", "\uff0d1",
     "--5", "-5 ", "-1e5", "=cmd|' /C calc'!A0", " =1+1", "\u00a0=1+1", " \u3000\u00a0@x",
     "\u200d=1", "\u200c +1", " -5"],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    """Symbols and descriptions come from outside, and may be anything."""
    assert harmless(text).startswith("'")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a;=1+1", "a;'=1+1"), ("a; \u00a0-x;@y", "a;' \u00a0-x;'@y"), ("a; b - c", "a; b - c")],
)
def test_a_spreadsheet_that_separates_by_semicolons_runs_no_part_of_a_cell(
    text: str, shown: str
) -> None:
    """It does so wherever the comma is the decimal sign, and then quotes do not hold."""
    assert harmless(text) == shown


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u2060", "\u00ad"])
def test_what_nobody_sees_is_spelled_out(mark: str) -> None:
    """Two symbols that look alike are alike, and nothing hides what a spreadsheet would run."""
    assert harmless(f"{mark}=AA{mark}PL") == f"\\u{ord(mark):04x}=AA\\u{ord(mark):04x}PL"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\r\nc", "a\\x0ab\\x0d\\x0ac"),
        ("a\x00b\x7f", "a\\x00b\\x7f"),
        ("a\x9dtitle\x9c", "a\\x9dtitle\\x9c"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u2028b", "a\\u2028b"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("ordinary 😀 text", "ordinary 😀 text"),
    ],
)
def test_what_a_terminal_or_a_reader_would_obey_is_spelled_out(text: str, shown: str) -> None:
    """Escape sequences, line breaks inside a cell, and marks that turn the direction of text."""
    assert harmless(text) == shown


def test_half_of_a_surrogate_pair_does_not_end_the_night() -> None:
    """It cannot be written in UTF-8, so it is spelled out."""
    assert to_csv(("a",), [{"a": "x\ud800"}]) == b"a\nx\\ud800\n"


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text()}), max_size=5))
def test_any_text_gives_one_line_a_row_that_reads_back(rows: list[dict[str, str]]) -> None:
    """No value can break out of its cell."""
    content = to_csv(RECORD, rows).decode("utf-8")
    assert content.count("\n") == len(rows) + 1
    assert "\r" not in content
    back = list(csv.DictReader(io.StringIO(content, newline="")))
    assert back == [{key: harmless(value) for key, value in row.items()} for row in rows]
    for row in back:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "@", "\t")), "a formula"


def test_the_columns_of_the_discrepancies_are_those_of_the_contract() -> None:
    """Finance's own sheets refer to them by place; new ones go to the end."""
    named = (
        "break_id rule severity state system_date account_id symbol subject expected actual"
        " difference unit evidence explanation first_seen age_business_days owner reason_code"
        " comment"
    )
    assert " ".join(COLUMNS[:19]) == named
