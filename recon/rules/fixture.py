"""Reads `.test` fixtures of SQL files: tables in, rows out, all as CSV. Pure.

    # rule: trades/order_quantity_differs      (or `# ledger: <table>`, `# views:`, `# events:`)
    # with: system_date = 2026-06-15

    case a lost execution is a break
    given executions
    execution_id,account_id,...
    E2,A1,...
    expect
    subject,verdict,difference
    order O1,break,-3

A given table is inserted into what was archived (or, for a ledger table, into the ledger); only
the named columns are filled. Expected rows are all rows, in any order, only the named columns;
`expect none` is no row at all. An empty cell is null; decimals compare as numbers.
`given nta samples` and `given nta events` take messages: see `recon/rules/given.py`.
`given executions in no night` takes rows without a system date, which no night shows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from recon.rules.header import RuleError

Rows = list[dict[str, str | None]]
SUBJECTS = ("rule", "ledger", "views", "events")


@dataclass
class Case:
    """One case: the rows of each given table, and the rows expected, of which `columns` count."""

    name: str
    given: dict[str, Rows] = field(default_factory=dict)
    expect: Rows = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


@dataclass
class Fixture:
    """One `.test` file: the SQL file it is about, the night it is run as of, its cases."""

    path: Path
    subject: str
    system_date: date
    cases: list[Case]


def read_fixture(path: Path) -> Fixture:
    """Parse a fixture file; every line must be understood. Raises RuleError with the line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith("case ")]
    head = lines[: begins[0]] if begins else lines
    keys = dict(line.removeprefix("# ").split(": ", 1) for line in head if ": " in line)
    subject = next((keys[kind] for kind in SUBJECTS if kind in keys), None)
    name, _, day = keys.get("with", "").partition(" = ")
    if subject is None or name != "system_date" or not begins:
        expected = "`# rule: AREA/FAULT`, `# with: system_date = YYYY-MM-DD`, then cases"
        raise _wrong(path, 1, expected, "another head")
    ends = [*begins[1:], len(lines)]
    cases = [_case(path, lines, *bounds) for bounds in zip(begins, ends, strict=True)]
    return Fixture(path, subject, date.fromisoformat(day.strip()), cases)


def _case(path: Path, lines: list[str], begin: int, end: int) -> Case:
    case = Case(lines[begin].removeprefix("case "))
    expected = False
    for number, title, rows in _sections(path, lines, begin + 1, end):
        reader = csv.DictReader(rows, strict=True)
        table = [{key: value or None for key, value in row.items()} for row in reader]
        names = list(reader.fieldnames or [])
        if any(None in row or len(row) != len(names) for row in table):
            raise _wrong(path, number, f"{len(names)} cells in each row", "more")
        if title.startswith("given "):
            case.given[title.removeprefix("given ")] = table
        else:
            expected, case.expect, case.columns = True, table, names
    if not expected:
        raise _wrong(path, begin + 1, "`expect`, or `expect none`", f"none in {case.name!r}")
    return case


def _sections(
    path: Path, lines: list[str], begin: int, end: int
) -> Iterator[tuple[int, str, Iterable[str]]]:
    """The line, the title and the rows of each `given` and `expect`."""
    numbered = [
        (number, line)
        for number, line in enumerate(lines[begin:end], start=begin + 1)
        if line.strip() and not line.startswith("#")
    ]
    titles = [
        place
        for place, (_, line) in enumerate(numbered)
        if line.startswith("given ") or line.split(" ")[0] == "expect"
    ]
    if numbered and titles[:1] != [0]:
        raise _wrong(path, numbered[0][0], "`given TABLE` or `expect`", repr(numbered[0][1][:60]))
    for place, after in zip(titles, [*titles[1:], len(numbered)], strict=True):
        number, title = numbered[place]
        yield number, title, [line for _, line in numbered[place + 1 : after]]


def _wrong(path: Path, line: int, expected: str, seen: str) -> RuleError:
    return RuleError(
        expected=expected,
        seen=seen,
        where=f"{path}, line {line}",
        next_step="mend the fixture; `recon rules new AREA/FAULT` writes a good one",
    )
