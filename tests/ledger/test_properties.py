"""What holds for the ledger of any books, however they were received."""

from __future__ import annotations

import functools
import itertools
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import UsageError
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books, Event
from tests.ledger.making import ledger, texts

SEEDS = st.integers(0, 10_000)
POSTINGS = "select * from postings order by posting_id"
UNBALANCED = """
select event_id, commodity, measure from postings
group by event_id, commodity, measure having sum(amount) <> 0
"""
NOT_TAKEN_BACK = """
select taken.posting_id from postings as taken
left join postings as target on target.posting_id = taken.reverses
where taken.reverses is not null and target.amount is distinct from -taken.amount
"""


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for each seed."""
    return make_books(seed)


@functools.cache
def plain_postings(seed: int) -> list[tuple[object, ...]]:
    """The postings of books that were received in one piece and in order."""
    books = books_of(seed)
    with ledger([texts(books.trades)], [texts(books.activities)], max(books.closings)) as made:
        return made.execute(POSTINGS).fetchall()


def balances(made: duckdb.DuckDBPyConnection, table: str, key: str) -> dict[object, Decimal]:
    """The closings of a proof that are not zero."""
    rows = made.execute(f"select account_id, {key}, closing from {table}").fetchall()
    return {(account, of): closing for account, of, closing in rows if closing}


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, day=st.integers(0, 5))
def test_the_books_equal_the_brokers_to_the_digit_on_every_date(seed: int, day: int) -> None:
    """Positions and cash of every account, nothing in suspense, every event balanced."""
    books = books_of(seed)
    night = sorted(books.closings)[day]
    closing = books.closings[night]
    with ledger([texts(books.trades)], [texts(books.activities)], night) as made:
        assert balances(made, "positions_proof", "symbol") == {
            (account, line.asset.symbol): line.qty
            for account, lines in closing.positions.items()
            for line in lines
        }
        assert balances(made, "cash_proof", "currency") == {
            (account, "USD"): cash for account, cash in closing.cash.items() if cash
        }
        assert made.execute("from suspense").fetchall() == []
        assert made.execute(UNBALANCED).fetchall() == []
        assert made.execute(NOT_TAKEN_BACK).fetchall() == []


def pieces(data: st.DataObject, events: tuple[Event, ...]) -> list[list[str]]:
    """The stream cut in fetches that overlap, accounts in any order, each account's own kept."""
    accounts = data.draw(st.permutations(sorted({event.account_id for event in events})))
    if data.draw(st.booleans()):
        place = {account: number for number, account in enumerate(accounts)}
        events = tuple(sorted(events, key=lambda event: place[event.account_id]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=4)))
    overlap = data.draw(st.integers(0, 40))
    bounds = [0, *cuts, len(events)]
    return [
        texts(events[max(0, since - overlap) : until])
        for since, until in itertools.pairwise(bounds)
    ]


@pytest.mark.long
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_the_postings_are_the_same_however_the_events_were_received(
    seed: int, data: st.DataObject
) -> None:
    """Any windows, any duplicates, any order across accounts."""
    books = books_of(seed)
    received = pieces(data, books.trades), pieces(data, books.activities)
    with ledger(*received, max(books.closings)) as made:
        assert made.execute(POSTINGS).fetchall() == plain_postings(seed)


@pytest.mark.long
@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_a_later_night_only_adds_postings(seed: int) -> None:
    """What a night has posted stands unchanged in every later one."""
    books = books_of(seed)
    early = sorted(books.closings)[2]
    with ledger([texts(books.trades)], [texts(books.activities)], early) as made:
        before = made.execute(POSTINGS).fetchall()
    assert set(before) <= set(plain_postings(seed))


def test_another_assumption_changes_the_books_and_the_evidence_stays_with_the_statement() -> None:
    """Sweep units as cash move 1.00 a unit and no position."""
    books = books_of(1)
    night = max(books.closings)
    received = [texts(books.trades)], [texts(books.activities)]
    with ledger(*received, night, {"sweep_units_are_a_position": "false"}) as made:
        held = "select count(*) from postings where commodity = 'SWEEPFDIC'"
        assert made.execute(held).fetchall() == [(0,)]
        assert made.execute(UNBALANCED).fetchall() == []
    with ledger(*received, night, {"cost_method": "compressed_fifo"}) as made:
        assert made.execute(UNBALANCED).fetchall() == []


@pytest.mark.parametrize(
    ("choice", "allowed"),
    [
        ({"cost_method": "fifo"}, "average or compressed_fifo"),
        ({"cost": "average"}, "an assumption"),
    ],
)
def test_an_assumption_that_there_is_not_is_refused(choice: dict[str, str], allowed: str) -> None:
    """A spelling mistake must not leave the default in force unseen."""
    books = books_of(1)
    with (
        pytest.raises(UsageError, match=f"expected .*{allowed}"),
        ledger([], [], max(books.closings), choice),
    ):
        pass
