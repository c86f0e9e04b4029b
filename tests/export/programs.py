"""Runs the real programs on an export, and reads their answer by the file's own table of names."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from recon.reports.export.published import WRITERS

PROGRAMS = tuple(WRITERS)
Balances = dict[tuple[str, str], Decimal]

# Beancount's own balances and the metadata of its directives, as one JSON text.
READ_BEANCOUNT = """
import json, sys
from beancount import loader
from beancount.core import data, realization
entries, errors, _ = loader.load_file(sys.argv[1])
opened = {entry.account: entry.meta["ledger-account"]
          for entry in entries if isinstance(entry, data.Open)}
named = {entry.currency: entry.meta["name"]
         for entry in entries if isinstance(entry, data.Commodity)}
json.dump({
    "errors": [error.message for error in errors],
    "transactions": sum(isinstance(entry, data.Transaction) for entry in entries),
    "assertions": sum(isinstance(entry, data.Balance) for entry in entries),
    "balances": [
        [opened[real.account], named[position.units.currency], str(position.units.number)]
        for real in realization.iter_children(realization.realize(entries))
        for position in real.balance
    ],
}, sys.stdout)
"""
TAGS = re.compile(r'(?:account|commodity 1000\.0{9}) "?(.+?)"?  ; .*?:(".*")')


@dataclass(frozen=True)
class Answer:
    """What a program made of an export: its complaint, its counts and its balances."""

    complaint: str
    transactions: int = 0
    assertions: int = 0
    balances: Balances | None = None


def ask(program: str, file: Path) -> Answer:
    """Give the file to the program; balances are there when it accepted the file."""
    return {"beancount": _ask_beancount, "hledger": _ask_hledger}[program](file)


def write(program: str, connection: duckdb.DuckDBPyConnection, file: Path) -> Path:
    """Write the export of that connection's postings."""
    file.write_bytes(b"".join(piece.encode() for piece in WRITERS[program](connection)))
    return file


def post(
    connection: duckdb.DuckDBPyConnection, event: str, lines: list[tuple[str, str, str]]
) -> None:
    """Insert one event of 2026-06-15: account, commodity and amount of each posting."""
    connection.executemany(
        "insert into postings values"
        " (?, ?, 'activity', null, '2026-06-15', null, '2026-06-16', ?, ?, ?)",
        [[f"{event}/{number}", event, *line] for number, line in enumerate(lines)],
    )


def sums(connection: duckdb.DuckDBPyConnection) -> Balances:
    """What every account holds of every commodity, by SQL; the zeros too."""
    rows = connection.execute(
        "select ledger_account, commodity, sum(amount) from postings group by all"
    ).fetchall()
    return {(account, commodity): amount for account, commodity, amount in rows}


def without_zeros(balances: Balances) -> Balances:
    """The balances that a program shows."""
    return {key: amount for key, amount in balances.items() if amount}


def _ask_beancount(file: Path) -> Answer:
    check = Path(sys.executable).with_name("bean-check")
    checked = _run(str(check), "--no-cache", str(file))
    answer = json.loads(_run(sys.executable, "-c", READ_BEANCOUNT, str(file)).stdout)
    assert (checked.returncode != 0) == bool(answer["errors"])
    return Answer(
        "\n".join(answer["errors"]),
        answer["transactions"],
        answer["assertions"],
        {(account, name): Decimal(number) for account, name, number in answer["balances"]},
    )


def _ask_hledger(file: Path) -> Answer:
    if not shutil.which("hledger"):
        pytest.skip("hledger is not installed: apt-get install hledger")
    checked = _run("hledger", "-f", str(file), "check", "--strict")
    if checked.returncode:
        return Answer(checked.stderr)
    text = file.read_text("ascii")
    names = {shown: json.loads(name) for shown, name in TAGS.findall(text)}
    command = ("bal", "--flat", "--empty", "--no-total", "--layout=bare", "-O", "csv")
    table = _run("hledger", "-f", str(file), *command)
    assert not table.stderr
    return Answer(
        "",
        len(re.findall(r"^\d.* \| ", text, re.MULTILINE)),
        text.count(" = "),
        {
            (names[row["account"]], names[row["commodity"].strip('"')]): Decimal(row["balance"])
            for row in csv.DictReader(table.stdout.splitlines())
        },
    )


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30, check=False)
