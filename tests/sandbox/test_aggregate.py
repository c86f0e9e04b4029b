"""The broker's totals per security over a real socket, against the sandbox's own closings."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from decimal import Decimal
from urllib.parse import quote

import pytest

from recon.sandbox.faults.catalog import FAULTS
from recon.sandbox.wire.server import Sandbox
from tests.sandbox.client import BOOKS, DAY_2, get, refusal

AGGREGATE = "/v1/reporting/eod/aggregate_positions"
FIRM = next(account.account_id for account in BOOKS.accounts if account.is_firm)
Totals = dict[str, tuple[Decimal, Decimal, int]]


def asked(broker: Sandbox, query: str) -> list[dict[str, str]]:
    """The lines of one answer."""
    lines: list[dict[str, str]] = json.loads(get(broker.url, f"{AGGREGATE}?{query}").body)
    return lines


def stated(lines: list[dict[str, str]]) -> Totals:
    """Long, short and accounts by symbol, as the broker says."""
    return {
        line["symbol"]: (
            Decimal(line["long_qty"]), Decimal(line["short_qty"]), int(line["num_accounts"])
        )
        for line in lines
    }  # fmt: skip


def added_up(date: datetime.date, *, firm: bool = True) -> Totals:
    """The same from the closing positions, without options and sweep units."""
    held: dict[str, list[Decimal]] = defaultdict(list)
    for account_id, lines in BOOKS.closings[date].positions.items():
        for line in lines:
            is_stock = line.asset.asset_class == "us_equity" and line.asset.symbol != "SWEEPFDIC"
            if is_stock and (firm or account_id != FIRM):
                held[line.asset.symbol].append(line.qty)
    return {
        symbol: (
            sum((qty for qty in qtys if qty > 0), Decimal(0)),
            sum((-qty for qty in qtys if qty < 0), Decimal(0)),
            len(qtys),
        )
        for symbol, qtys in held.items()
    }


@pytest.mark.parametrize("date", sorted(BOOKS.closings))
def test_the_totals_of_any_past_date_are_those_of_its_closing(
    broker: Sandbox, date: datetime.date
) -> None:
    """History is served, other than by the positions report; shorts are there on some day."""
    lines = asked(broker, f"date={date}")
    assert stated(lines) == added_up(date)
    assert [line["symbol"] for line in lines] == sorted(line["symbol"] for line in lines)


def test_some_total_is_short() -> None:
    """So that the comparison above has met one."""
    totals = [total for date in BOOKS.closings for total in added_up(date).values()]
    assert any(short for _, short, _ in totals)


def test_the_firms_accounts_and_other_symbols_can_be_left_out(broker: Sandbox) -> None:
    """By default everybody and everything is in."""
    everyone, customers = added_up(DAY_2), added_up(DAY_2, firm=False)
    assert everyone != customers
    assert stated(asked(broker, f"date={DAY_2}&firm_accounts=false")) == customers
    assert stated(asked(broker, f"date={DAY_2}&firm_accounts=true")) == everyone
    two = sorted(everyone)[:2]
    assert list(stated(asked(broker, f"date={DAY_2}&symbols={quote(','.join(two))}"))) == two


def test_values_are_quantities_at_the_closing_price(broker: Sandbox) -> None:
    """Printed with four places, as in the documented example."""
    for line in asked(broker, f"date={DAY_2}"):
        price = Decimal(line["closing_price"])
        for side in ("long", "short"):
            value = Decimal(line[f"{side}_qty"]) * price
            assert abs(Decimal(line[f"{side}_market_value"]) - value) <= Decimal("0.00005")
        assert line["closing_price"].partition(".")[2] == f"{price:.4f}".partition(".")[2]


def test_a_day_without_trading_or_not_out_yet_is_an_empty_list() -> None:
    """A holiday, a Sunday, a day after the last statement."""
    with Sandbox(BOOKS, as_of=DAY_2) as broker:
        for date in ("2026-06-14", "2026-06-17", "2026-06-19"):
            assert asked(broker, f"date={date}") == []


@pytest.mark.parametrize("query", ["", "symbols=AAPL", "date=", "date=yesterday"])
def test_a_date_is_required(broker: Sandbox, query: str) -> None:
    """As in the published parameters."""
    assert refusal(get(broker.url, f"{AGGREGATE}?{query}")) == 422


def test_the_fault_makes_one_total_wrong_and_no_account(broker: Sandbox) -> None:
    """One share too many of one security, from its date on."""
    planted = FAULTS["aggregate_position_wrong"].plant(BOOKS, frozenset())
    before = planted.system_date - datetime.timedelta(days=1)
    with Sandbox(planted.books) as wrong:
        assert asked(wrong, f"date={before}") == asked(broker, f"date={before}")
        totals = stated(asked(wrong, f"date={planted.system_date}"))
    right = added_up(planted.system_date)
    long, short, accounts = right[planted.symbol]
    assert totals == right | {planted.symbol: (long + 1, short, accounts)}
    for date, closing in planted.books.closings.items():
        assert closing.positions == BOOKS.closings[date].positions
