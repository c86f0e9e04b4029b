"""A night that begins with an earlier closing proves what one from the beginning proves."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon.closings.store import index, latest, read_index
from recon.errors import UsageError
from tests.chains import as_of_an_older_release, rewrite
from tests.nightly.longbooks import BOOKED, DAYS, SYMBOLS, at_close, make_long_books
from tests.nightly.longnights import (
    BALANCES,
    LongHome,
    base_of,
    copy_of,
    query,
    rebuild,
    report,
    run_long,
)

pytestmark = pytest.mark.long

LAST = DAYS[-1]
STATEMENTS = """
select rule, account_id, symbol, subject, verdict, expected, actual, difference from verdicts
where starts_with(rule, 'statements/') order by all
"""
COSTS = "select ledger_account, sum(amount) from postings where measure = 'COST' group by all"
# Nights that look back two sessions and close three leave no session out.
CLOSING_ALL = [DAYS[number - 1] for number in (3, 6, 9, 12, 13)]
COUNTS = """
select (select count(*) from events.executions), (select count(*) from events.activity_states)
"""
PROVEN = (
    "select account_id, symbol, closing, statement, difference from positions_proof order by all",
    "select account_id, currency, closing, statement, settled from cash_proof order by all",
    BALANCES,
    STATEMENTS,
    "select * from suspense order by all",
)

OPEN_VERDICTS = (
    "select * exclude (evidence) from verdicts where verdict in ('break', 'pending') order by all"
)

# Four fees and three trades; the trade of day 11, as the segment of a day may hold one of the next
# session; and what its closing carries, the deposit of day 4 with its cancel, the journal of day 5
# and the dividend of day 7, which shows who was paid it.
LOADED_AFTER_DAY_11 = [(4, 8)]


def rebuilt(long: LongHome, place: Path, sessions: int) -> Path:
    """A copy whose warehouse of the last night begins so many sessions back."""
    home = copy_of(long.path, place / str(sessions))
    rebuild(home, LAST, sessions)
    return home


def proven(home: Path) -> list[list[tuple[Any, ...]]]:
    """What the books of the night prove."""
    return [query(home, sql) for sql in PROVEN]


@pytest.fixture(scope="module")
def whole(long: LongHome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last night from the beginning of the books."""
    home = rebuilt(long, tmp_path_factory.mktemp("whole"), 250)
    assert base_of(home) is None
    return home


@pytest.mark.parametrize(("sessions", "base"), [(1, DAYS[11]), (2, DAYS[10]), (10, DAYS[2])])
def test_any_lookback_proves_the_same(
    long: LongHome, whole: Path, tmp_path: Path, sessions: int, base: object
) -> None:
    """Positions, cash, settled cash, cost, every ledger account, suspense, statement verdicts.

    Looking back ten sessions from day 14 leads to day 3, which holds in suspense what was given on
    day 2 and arrives on day 5.
    """
    home = rebuilt(long, tmp_path, sessions)
    assert base_of(home) == base
    assert proven(home) == proven(whole)
    if sessions == 2:
        assert query(home, COUNTS) == LOADED_AFTER_DAY_11


def test_the_last_night_holds_what_was_worked_out_by_hand(long: LongHome) -> None:
    """Beginning two sessions before it, with costs from the closing there."""
    assert base_of(long.path) == DAYS[11]
    cash = dict(query(long.path, "select account_id, closing from cash_proof"))
    costs = dict(query(long.path, COSTS))
    positions = dict(query(long.path, "select account_id, closing from positions_proof"))
    for account in list(SYMBOLS)[:4]:
        qty, cost, money = (Decimal(value) for value in at_close(BOOKED, account, 14))
        assert cash[account] == money
        assert positions.get(account, 0) == qty
        assert costs.get(f"C:{account}:COST:{SYMBOLS[account]}", 0) == cost


def test_the_whole_is_everything(whole: Path) -> None:
    """14 + 2 + 4 executions; 4 deposits, 1 dividend, 14 fees, 4 of the canceled, 2 of the journal:
    from the beginning everything is loaded, and with a base what came since."""
    assert query(whole, COUNTS) == [(20, 25)]


def test_an_open_break_holds_no_night_back(broken: LongHome, long: LongHome) -> None:
    """The seventh night begins after day 5, although a break was first seen on day 4: each later
    night says of it what the fourth did."""
    assert base_of(long.seventh) == base_of(broken.seventh) == DAYS[4]
    seen = [
        {row["rule"] for row in report(broken.path, day, "discrepancies.csv") if is_lost(row)}
        for day in DAYS[3:8]
    ]
    assert {"trades/order_quantity_differs", "trades/position_not_continuous"} <= seen[0]
    assert all(night == seen[0] for night in seen)


def test_what_is_open_is_said_as_the_whole_books_say_it(broken: LongHome, tmp_path: Path) -> None:
    """Every row of the eighth night's breaks, with its amounts."""
    home = copy_of(broken.path, tmp_path / "home")
    assert base_of(home) == DAYS[4]
    said = query(home, OPEN_VERDICTS)
    rebuild(home, DAYS[7], 250)
    assert base_of(home) is None
    assert query(home, OPEN_VERDICTS) == said
    assert len(said) >= 4


def test_nothing_clears_by_falling_out_of_the_window(broken: LongHome) -> None:
    """Each break of the lost fill was opened once, on day 4, and nothing else happened to it."""
    lines = (broken.path / "breaks" / "log.ndjson").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    breaks = {
        row["break_id"] for row in report(broken.path, DAYS[7], "discrepancies.csv") if is_lost(row)
    }
    happened = [
        (entry["what"], entry["system_date"])
        for entry in entries
        if entry.get("break_id") in breaks
    ]
    assert happened == [("opened", str(DAYS[3]))] * len(breaks)
    assert len(breaks) >= 4


def is_lost(row: dict[str, str]) -> bool:
    """Whether a row is about what LOSING was not told of."""
    return "EEE" in (row["symbol"], row["unit"]) or row["account_id"].startswith("E-")


def test_books_of_another_assumption_begin_at_the_beginning(long: LongHome, tmp_path: Path) -> None:
    """A closing holds what the old assumption made of the events."""
    home = copy_of(long.path, tmp_path / "home")
    rebuild(home, LAST, 1, {"opca_moves_cash": "true"})
    assert base_of(home) is None


def as_of_fifo(run: dict[str, Any]) -> dict[str, Any]:
    """A line of the run index as 0.3.0 wrote it with that method."""
    assert run.pop("assumptions") == {}
    return {**run, "readings": {"cost_method": "fifo"}}


def test_closings_of_the_cost_method_fifo_are_not_begun_with(
    long: LongHome, tmp_path: Path
) -> None:
    """Release 0.3.0 had that method, and named the assumptions `readings`. What such a night said
    is not said again by another method unseen: who asks is told what there is."""
    home = copy_of(long.path, tmp_path / "home")
    as_of_an_older_release(home)
    rewrite(home / "runs" / "index.ndjson", as_of_fifo)
    rebuild(home, LAST, 1, {"cost_method": "average"})
    assert base_of(home) is None
    with pytest.raises(UsageError, match=r"expected average or compressed_fifo; saw .* = fifo"):
        rebuild(home, LAST, 1)


def test_lots_are_carried_from_a_closing(tmp_path: Path) -> None:
    """A night that begins with one ends with the costs of the whole books: of 70 that PLAIN bought
    and 30 that it sold until day 13 the last 40 are left, 10 each at 22, 23, 18 and 18."""
    assumptions = {"cost_method": "compressed_fifo"}
    run_long(tmp_path, make_long_books(), CLOSING_ALL, back=2, assumptions=assumptions)
    assert base_of(tmp_path) == DAYS[9]
    assert dict(query(tmp_path, COSTS))["C:A-PLAIN:COST:AAA"] == (22 + 23 + 18 + 18) * 10
    ended = proven(tmp_path)
    rebuild(tmp_path, CLOSING_ALL[-1], 250, assumptions)
    assert base_of(tmp_path) is None
    assert proven(tmp_path) == ended
    known = latest(read_index(tmp_path / "closings"))
    without = [replace(c, parts={**c.parts, "lots": ""}) for c in known.values()]
    index(tmp_path / "closings", without)
    rebuild(tmp_path, CLOSING_ALL[-1], 2, assumptions)
    assert base_of(tmp_path) is None, "closings of a release that kept no lots"
