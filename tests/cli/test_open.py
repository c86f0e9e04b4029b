"""`recon open` says what the books begin with, and who was not found there."""

from __future__ import annotations

from pathlib import Path

from recon.sandbox.wire.server import Sandbox
from tests.cli.calling import CREDENTIALS, call_here
from tests.nightly.nights import MONDAY, right_books


def test_an_opening_says_how_many_accounts_it_has_and_who_is_unknown(tmp_path: Path) -> None:
    """With positions, with cash only; and that nobody told of all accounts, where that is so."""
    (tmp_path / "ids").write_text("nobody\n", "utf-8")
    closing = right_books().closings[MONDAY]
    holding = sum(1 for lines in closing.positions.values() if lines)
    alone = len(closing.cash) - holding
    fewer = {**CREDENTIALS, "RECON_STREAMS": "trades,nta"}
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        words = ("--broker-url", sandbox.url, "open", "--date", "2026-06-15", "--accounts", "ids")
        called = call_here(tmp_path, "--home", "h", *words)
        without = call_here(tmp_path, "--home", "g", *words, env=fewer)
    assert (called.code, without.code) == (0, 0)
    assert called.out == (
        f"The books begin with the statement of 2026-06-15: {holding + alone} accounts:"
        f" {holding} with positions, {alone} with cash only.\n"
        "Unknown to the broker: nobody\n"
    )
    assert f": {holding} accounts: {holding} with positions.\n" in without.out
    assert "The account stream was not read" in without.out
