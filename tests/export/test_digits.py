"""Every digit counts: the programs round nothing, and refuse what is wrong by the last one."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.export.programs import PROGRAMS, ask, post, sums, without_zeros, write

LARGEST = "9999999999999999999.999999999"  # the 28 digits that beancount computes with


@pytest.mark.parametrize("program", PROGRAMS)
def test_numbers_are_neither_rounded_nor_shortened(
    program: str, ledger: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The largest and the smallest amounts, and an account that closes at zero."""
    post(ledger, "large", [("C:A", "USD", LARGEST), ("OPEN", "USD", f"-{LARGEST}")])
    post(ledger, "small", [("C:B", "USD", "0.000000001"), ("OPEN:x", "USD", "-0.000000001")])
    post(ledger, "back", [("C:B", "USD", "-0.000000001"), ("OPEN:x", "USD", "0.000000001")])
    answer = ask(program, write(program, ledger, tmp_path / "books"))
    assert answer.complaint == ""
    assert answer.assertions == 4
    assert answer.balances is not None
    assert without_zeros(answer.balances) == without_zeros(sums(ledger))


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"^(  .*) -1\.500000000 ", r"\1 -1.500000001 "),
        (r"(balance Assets:C:A| =) 1\.500000000 ", r"\1 1.500000001 "),
    ],
    ids=["a posting", "a closing"],
)
def test_the_program_refuses_books_that_are_wrong_by_the_last_digit(
    right: str, wrong: str, program: str, ledger: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its consent would be worth nothing if it had a tolerance."""
    post(ledger, "e", [("C:A", "T", "1.5"), ("OPEN", "T", "-1.5")])
    file = write(program, ledger, tmp_path / "books")
    assert ask(program, file).complaint == ""
    changed, count = re.subn(right, wrong, file.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert count == 1
    file.write_text(changed, "utf-8")
    assert re.search("balance", ask(program, file).complaint, re.IGNORECASE)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_makes_up_no_price(
    program: str, ledger: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Shares against dollars do not balance: every commodity must do so by itself."""
    post(ledger, "e", [("C:A", "T", "1"), ("C:A", "USD", "-10")])
    complaint = ask(program, write(program, ledger, tmp_path / "books")).complaint
    assert re.search("balance", complaint, re.IGNORECASE)


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_empty_ledger_is_a_file_without_transactions(
    program: str, ledger: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The first night of an account that did nothing."""
    answer = ask(program, write(program, ledger, tmp_path / "books"))
    assert (answer.complaint, answer.transactions, answer.balances) == ("", 0, {})
