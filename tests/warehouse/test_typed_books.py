"""The same books, whichever of the broker's streams they are made from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.streams import ACTIVITIES, NTA, TRADES, Stream
from recon.ledger.post import post_night
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books, Event
from recon.sandbox.messages.typed import typed_activities
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events, show_night
from tests.ledger.making import COMPLETE, WHOLE, texts

# Of the broker's customers: what moved in which account on which system date.
MOVED = """
select ledger_account, commodity, system_date, sum(amount) from postings
where starts_with(ledger_account, 'C:')
group by all having sum(amount) <> 0 order by all
"""
Streams = Sequence[tuple[Stream, Sequence[Event]]]
COMBINATIONS = (
    ("trades", "activities"),
    ("activities",),
    ("trades", "nta", "activities"),
    ("activities", "nta", "trades"),
)


@contextmanager
def books(streams: Streams, night: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """Books of what these streams told, each read once."""
    with tempfile.TemporaryDirectory() as folder, connect(MEMORY) as connection:
        for stream, events in streams:
            intake = Intake(Archive(Path(folder), "2026-06-30T06:00:00Z"), stream, WHOLE)
            intake.take(texts(events))
            intake.record(COMPLETE)
        load_events(connection, Path(folder), read_manifest(Path(folder)))
        show_night(connection, night, None)
        post_night(connection, night)
        yield connection


def told_by(made: Books, names: Sequence[str]) -> Streams:
    """The streams of those names, in that order."""
    every = {
        "trades": (TRADES, made.trades),
        "nta": (NTA, made.activities),
        "activities": (ACTIVITIES, typed_activities(made)),
    }
    return [every[name] for name in names]


def moved(made: Books, names: Sequence[str]) -> list[tuple[object, ...]]:
    """What customers' accounts moved, as these streams tell it."""
    with books(told_by(made, names), max(made.closings)) as connection:
        return connection.execute(MOVED).fetchall()


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_every_choice_of_streams_makes_the_same_books(seed: int, names: Sequence[str]) -> None:
    """Positions, cash and cost of every account, commodity and system date."""
    made = make_books(seed)
    assert moved(made, names) == moved(made, ["trades", "nta"])


@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_the_newer_stream_alone_makes_the_brokers_closing(names: Sequence[str]) -> None:
    """Positions and cash equal those of the books' own model, to the digit."""
    made = make_books(3)
    night = max(made.closings)
    closing = made.closings[night]
    with books(told_by(made, names), night) as connection:
        cash = connection.execute(
            "select account_id, closing from cash_proof where closing <> 0"
        ).fetchall()
        held = connection.execute(
            "select account_id, symbol, closing from positions_proof where closing <> 0"
        ).fetchall()
    assert dict(cash) == {account: amount for account, amount in closing.cash.items() if amount}
    expected: dict[tuple[str, str], Decimal] = {
        (account, position.asset.symbol): position.qty
        for account, positions in closing.positions.items()
        for position in positions
    }
    assert {(account, symbol): qty for account, symbol, qty in held} == expected
