"""Names that neither format was made for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
from beancount.core import account, amount
from hypothesis import given
from hypothesis import strategies as st

from recon.reports.export import beancount, hledger
from tests.export.programs import PROGRAMS, ask, post, sums, without_zeros, write

COMMODITIES = [
    "USD", "USD.cost", "usd.COST", "AAPL", "aapl", "Aapl", "737CVR019", "HOOD240614C00021500",
    "SRV.RT", "SWEEPFDIC", "T", "TRUE", "NULL", "AUTO", "X-TRUE", "X-X-TRUE", "BRK/B", "BRK.B",
    "BRK_B", "BRK B", "BRK'B", "BRK-B", "BRK.", "BRK_2F", "BRK/", '"', "\\", "\n", ";", "|", "@",
    "%", "%25", "", " ", "  ", "-", "é", "e\u0301", "証券", "\U0001f600", "\x00", "\u2028", "{}",
    "1.5", "2026-06-15", "A" * 40, "A" * 39 + "a", "x" * 40,
]  # fmt: skip
ACCOUNTS = [
    "C:de26e655-d3f2-4dcc-abe8-8b4675fa6dd8:POS", "C:DE26E655-d3f2-4dcc-abe8-8b4675fa6dd8:POS",
    "C:A:COST:USD.cost", "C:A:COST", "C", "OPEN", "STREET:TRADE", "MEMO:x", "ROUND:COST", "(x)",
    "SUSP:CA:a group  with spaces ", "SUSP:CA:a group with spaces", "SUSP:CA: a", "SUSP:CA:a:b",
    "SUSP:CA:a;b", "SUSP:CA:a|b", "SUSP:CA:a@b", "SUSP:CA:a\nb", 'SUSP:CA:a"b', "SUSP:CA:a\\nb",
    "SUSP:CA:a-x20b", "SUSP:CA:a b", "SUSP:CA:a%20b", "SUSP:CA:a,b", "SUSP:CA:(a)", "SUSP:CA:[a]",
    "SUSP::a", "SUSP:a:", "SUSP:X-a", "SUSP:a", "SUSP:A", "SUSP:é", "SUSP:\U0001f600", "*", "",
    "; x", "2026-06-15", "EXT:\x00\t", "x" * 40,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_any_name_comes_back_and_no_two_become_one(
    program: str, ledger: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Each account and each commodity has an amount of its own, and the program knows it."""
    pairs = [(account, "USD") for account in ACCOUNTS] + [("C:A", name) for name in COMMODITIES]
    for row, (name, commodity) in enumerate(pairs):
        number = f"{row}.{row:09}"
        lines = [(name, commodity, number), ("OPEN:x", commodity, f"-{number}")]
        post(ledger, f'{name} | "; {commodity}', lines)
    answer = ask(program, write(program, ledger, tmp_path / "books"))
    assert answer.complaint == ""
    assert answer.transactions == len(pairs)
    assert answer.balances is not None
    assert without_zeros(answer.balances) == without_zeros(sums(ledger))


def unescaped(text: str, pattern: str, plain: Callable[[re.Match[bytes]], bytes]) -> str:
    """The text with each escape of the mapping read back."""
    return re.sub(pattern.encode(), plain, text.encode()).decode()


@given(st.text())
def test_a_beancount_account_reads_back(name: str) -> None:
    """By the rule of the module's docstring, and it is one that beancount allows."""
    written = beancount.account_name(name)
    assert account.is_valid(written)
    parts = [part.removeprefix("X-") for part in written.split(":")[1:]]
    escape = "-x([0-9A-F]{2})"
    assert name == unescaped(
        ":".join(parts), escape, lambda found: bytes.fromhex(found[1].decode())
    )


@given(st.text() | st.text("aAbBzZ09.-_'X"))
def test_a_beancount_commodity_reads_back(name: str) -> None:
    """By the rule of the module's docstring, and it is one that beancount allows."""
    written = beancount.commodity_name(name)
    assert re.fullmatch(r"[A-Z]([A-Z0-9'._-]*[A-Z0-9])?", written)
    assert re.fullmatch(amount.CURRENCY_RE, written)
    bare = written.removeprefix("X-")
    assert name == "" if bare == "_0" else name == unescaped(
        bare, "_([0-9A-F]{2})|'([A-Z]+)",
        lambda found: found[2].lower() if found[2] else bytes.fromhex(found[1].decode()),
    )  # fmt: skip


@given(st.text() | st.text(" %20:a"))
def test_an_hledger_name_reads_back(name: str) -> None:
    """As a URL's percent-encoding, without the two spaces that would end an account."""
    written = hledger.account_name(name)
    assert "  " not in written
    assert written == written.strip()
    assert written.isascii()
    assert name == ":".join("" if part == "%" else unquote(part) for part in written.split(":"))
    commodity = hledger.commodity_name(name)[1:-1]
    assert name == ("" if commodity == "%" else unquote(commodity))
