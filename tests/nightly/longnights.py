"""Runs the nights of the long books, with a short way back, and reads what they left."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from recon.closings.store import Closing, read_index
from recon.nightly.night_record import Outcome
from recon.nightly.progress import SILENT
from recon.nightly.run import rebuild_date, run_date
from recon.sandbox.books.model import Books
from recon.sandbox.wire.server import Sandbox
from recon.settings import Settings
from recon.warehouse.connect import connect
from tests.nightly.nights import NOW, broker_of, settings_of

NOBODY = "http://127.0.0.1:9"
# What every account but the opening one holds in the end.
BALANCES = """
select ledger_account, commodity, measure, sum(amount) from postings
where ledger_account <> 'OPEN' group by all having sum(amount) <> 0 order by all
"""


@dataclass(frozen=True)
class LongHome:
    """A home that nights ran in, to be read only; `seventh` is what it was after the seventh."""

    path: Path
    outcomes: Sequence[Outcome]
    seventh: Path


def settings_back(home: Path, sessions: int, url: str = NOBODY) -> Settings:
    """Settings with that RECON_LOOKBACK_SESSIONS."""
    return settings_of(home, url, lookback_sessions=str(sessions))


def rebuild(
    home: Path, night: date, sessions: int, assumptions: Mapping[str, str] | None = None
) -> None:
    """Make the warehouse again with those settings, in the place of the published one."""
    settings = settings_back(home, sessions)
    if assumptions is not None:
        given = settings.given | {"assumptions"}
        settings = replace(settings, assumptions=assumptions, given=given)
    rebuild_date(settings, night).replace(home / "warehouse.duckdb")


def run_long(
    home: Path,
    books: Books,
    nights: Sequence[date],
    *,
    again: bool = False,
    back: int = 1,
    assumptions: Mapping[str, str] | None = None,
) -> list[Outcome]:
    """Those nights one after another, each looking back so many sessions, by those assumptions."""
    outcomes = []
    with Sandbox(books, as_of=nights[0]) as sandbox, broker_of(sandbox) as broker:
        settings = settings_back(home, back, sandbox.url)
        settings = replace(settings, assumptions=assumptions or {})
        for night in nights:
            sandbox.advance_to(night)
            outcomes.append(
                run_date(
                    broker, settings, night, NOW,
                    wait_seconds=0, again=again, progress=SILENT,
                )
            )  # fmt: skip
    return outcomes


def long_home(home: Path, books: Books, nights: Sequence[date]) -> LongHome:
    """The nights, and a copy of the home as it was after the seventh."""
    outcomes = run_long(home, books, nights[:7])
    seventh = copy_of(home, home.parent / "seventh")
    return LongHome(home, [*outcomes, *run_long(home, books, nights[7:])], seventh)


def copy_of(home: Path, place: Path) -> Path:
    """A home that may be written to."""
    return Path(shutil.copytree(home, place))


def query(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the warehouse."""
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        rows: list[tuple[Any, ...]] = connection.sql(sql).pl().rows()
        return rows


def contents_of_tables(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table and view of both schemas, rows in order."""
    names = query(
        home,
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema in ('main', 'events') order by all",
    )
    return {name: query(home, f"select * from {name} order by all") for (name,) in names}


def report(home: Path, night: date, name: str) -> list[dict[str, str]]:
    """The rows of a CSV of that night."""
    with (home / "reports" / str(night) / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def versions(home: Path, day: date) -> list[Closing]:
    """Every version of the closing of a day, once each."""
    stored = [each for each in read_index(home / "closings") if each.system_date == str(day)]
    return list({each.version: each for each in stored}.values())


def base_of(home: Path) -> date | None:
    """The date that the books of the warehouse begin after."""
    rows = query(home, "select system_date from opening")
    return rows[0][0] if rows else None
