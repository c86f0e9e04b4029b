from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

import pytest

from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.identity import CROCKFORD, ulid_milliseconds
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from tests.sandbox.replay import (
    EXECUTIONS,
    KINDS,
    Payload,
    Replay,
    executions_in,
    held,
    parse,
    replay_day,
    trade_date,
)


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


@functools.cache
def trades_of(seed: int) -> tuple[Payload, ...]:
    """As published, parsed."""
    return tuple(parse(event.text) for event in books_of(seed).trades)


@functools.cache
def activities_of(seed: int) -> tuple[Payload, ...]:
    """As published, parsed."""
    return tuple(parse(event.text) for event in books_of(seed).activities)


def executions_of(seed: int) -> Iterator[Payload]:
    """The executions of the trade events that move something, each leg by itself."""
    for event in trades_of(seed):
        if event["event"] in EXECUTIONS:
            yield from executions_in(event)


@pytest.mark.parametrize("seed", range(50))
def test_the_events_add_up_to_every_closing_of_the_books(seed: int) -> None:
    """Positions and cash come from the books' own model, the sum from the payloads alone."""
    replay = Replay()
    for date, closing in books_of(seed).closings.items():
        replay_day(replay, date, trades_of(seed), activities_of(seed))
        positions = {
            (account_id, line.asset.symbol): line.qty
            for account_id, lines in closing.positions.items()
            for line in lines
        }
        assert held(replay) == positions
        assert {key: replay.cash[key] for key in closing.cash} == closing.cash
    assert replay.wrong == []


@pytest.mark.parametrize("seed", range(5))
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    """Another run makes equal texts, ids included, and equal closings."""
    first, second = books_of(seed), make_books(seed)
    for stream in ("trades", "activities", "system"):
        texts = [event.text for event in getattr(first, stream)]
        assert texts == [event.text for event in getattr(second, stream)]
    assert first == second
    assert first.trades[0].text != books_of(seed + 1).trades[0].text


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_of_event_is_in_all_books(seed: int) -> None:
    """A seed changes amounts and places, never what can be met."""
    activities = activities_of(seed)
    assert {(each["entry_type"], each.get("entry_sub_type", "")) for each in activities} == KINDS
    kinds = Counter(each["event"] for each in trades_of(seed))
    assert set(kinds) == EXECUTIONS | {
        "pending_new", "accepted", "new", "pending_cancel", "canceled", "expired", "rejected",
        "replaced",
    }  # fmt: skip
    executions = list(executions_of(seed))
    orders = [each["order"] for each in executions]
    assert any(each["position_qty"].startswith("-") for each in executions)
    assert any(order["notional"] and order["filled_qty"][-10:-9] == "." for order in orders)
    sides = {order["side"] for order in orders if order["asset_class"] == "us_option"}
    assert sides == {"buy", "sell"}
    assert any(each["order"]["filled_qty"] != "0" for each in trades_of(seed)
               if each["event"] == "canceled")  # fmt: skip
    assert any(each["net_amount"] > 0 for each in activities
               if each.get("entry_sub_type") == "NRV")  # fmt: skip
    # Three more hold and write contracts to their end.
    assert 9 + 3 <= sum(each.is_trader for each in books_of(seed).accounts) <= 12 + 3


@pytest.mark.parametrize("seed", range(20))
def test_a_pending_journal_is_executed_later_under_the_same_id(seed: int) -> None:
    """Both legs wait one system date; the executed state is published after the pending one."""
    activities = activities_of(seed)
    waiting = [each for each in activities if each["status"] == "pending"]
    assert len(waiting) == 2
    for pending in waiting:
        states = [each for each in activities if each["id"] == pending["id"]]
        assert [each["status"] for each in states] == ["pending", "executed"]
        assert states[0]["net_amount"] == states[1]["net_amount"]


@pytest.mark.parametrize("seed", range(20))
def test_busts_and_corrections_refer_back_on_the_same_and_on_a_later_date(seed: int) -> None:
    """A bust is minus its execution and keeps the order filled; a correction is absolute."""
    days: dict[str, set[bool]] = {"trade_bust": set(), "trade_correct": set()}
    seen: dict[str, Payload] = {}
    for each in executions_of(seed):
        seen[each["execution_id"]] = each
        if "previous_execution_id" not in each:
            continue
        original = seen[each["previous_execution_id"]]
        assert each["order"]["id"] == original["order"]["id"]
        assert each["order"]["status"] == "filled"
        days[each["event"]].add(trade_date(each["at"]) == trade_date(original["at"]))
        if each["event"] == "trade_bust":
            assert Decimal(each["qty"]) == -Decimal(original["qty"])
            assert each["reason"] == "TRADE_BUST"
        else:
            assert Decimal(each["qty"]) > 0
    assert days == {"trade_bust": {True, False}, "trade_correct": {True, False}}


@pytest.mark.parametrize("seed", range(20))
def test_order_totals_are_the_sum_of_the_executions_that_count(seed: int) -> None:
    """filled_qty is cumulative; filled_avg_price is the mean, half-up at six places."""
    counting: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
    for each in executions_of(seed):
        order = each["order"]
        own = counting.setdefault(order["id"], {})
        own.pop(each.get("previous_execution_id", ""), None)
        if each["event"] != "trade_bust":
            own[each["execution_id"]] = Decimal(each["qty"]), Decimal(each["price"])
        total = sum((qty for qty, _ in own.values()), Decimal(0))
        value = sum((qty * price for qty, price in own.values()), Decimal(0))
        assert Decimal(order["filled_qty"]) == total
        if total:
            half_unit = total * Decimal("0.0000005")
            assert abs(Decimal(order["filled_avg_price"]) * total - value) <= half_unit


@pytest.mark.parametrize("seed", range(20))
def test_fees_are_the_days_exact_total_rounded_up(seed: int) -> None:
    """SEC 20.60 a million of proceeds; TAF 0.000195 a share to 9.79, 0.00329 a contract."""
    expected: dict[tuple[str, str, str], Decimal] = {}
    for date in SYSTEM_DATES:
        standing: dict[str, Payload] = {}
        for each in executions_of(seed):
            if each["order"]["side"] != "sell" or trade_date(each["at"]) != date:
                continue
            previous = each.get("previous_execution_id")
            if previous is None:
                standing[each["execution_id"]] = each
            elif previous in standing:
                del standing[previous]
                if each["event"] == "trade_correct":
                    standing[each["execution_id"]] = each
        for each in standing.values():
            qty, price = Decimal(each["qty"]), Decimal(each["price"])
            option = each["order"]["asset_class"] == "us_option"
            taf = qty * Decimal("0.00329") if option else min(
                qty * Decimal("0.000195"), Decimal("9.79")
            )  # fmt: skip
            sec = qty * price * (100 if option else 1) * Decimal("0.0000206")
            for fee, amount in (("REG", sec), ("TAF", taf)):
                key = each["account_id"], fee, date.isoformat()
                expected[key] = expected.get(key, Decimal(0)) + amount
    charged = {
        (each["account_id"], each["entry_sub_type"], each["system_date"]): -each["net_amount"]
        for each in activities_of(seed)
        if each.get("entry_sub_type") in ("REG", "TAF")
    }
    assert charged == {
        key: amount.quantize(Decimal("0.01"), ROUND_CEILING) for key, amount in expected.items()
    }
    assert max(charged.values()) >= Decimal("9.79")


@pytest.mark.parametrize("seed", range(20))
def test_ulids_are_valid_and_increase_with_publication(seed: int) -> None:
    """26 Crockford letters whose time part is the millisecond of publication."""
    books = books_of(seed)
    for events in (books.trades, books.activities, books.system):
        ids = [event.event_id for event in events]
        assert ids == sorted(set(ids))
        for event in events:
            assert len(event.event_id) == 26
            assert set(event.event_id) <= set(CROCKFORD)
            assert ulid_milliseconds(event.event_id) == event.published // 1_000_000


@pytest.mark.parametrize("seed", range(20))
def test_some_timestamps_run_against_the_order_of_receipt(seed: int) -> None:
    """As in the documented sample: 9 ms apart by `at`, the other way by `timestamp`."""
    backwards = 0
    last: dict[str, Payload] = {}
    for each in executions_of(seed):
        before = last.get(each["account_id"])
        if before and each["timestamp"] < before["timestamp"]:
            assert before["at"] <= each["at"]
            backwards += 1
        last[each["account_id"]] = each
    assert backwards >= 2


@pytest.mark.parametrize("seed", range(20))
def test_split_legs_conserve_value_and_one_split_straddles_midnight(seed: int) -> None:
    """Legs are minutes apart, the evening before; whole shares (WHLE) keep all but a fraction's."""
    kinds = ("FSPLIT", "RSPLIT")
    legs = [each for each in activities_of(seed) if each.get("entry_sub_type") in kinds]
    straddles = shorts = 0
    for remove in (each for each in legs if each["description"].startswith("REMOVE")):
        add = next(
            each for each in legs
            if each["description"] == "ADD" + remove["description"].removeprefix("REMOVE")
            and each["account_id"] == remove["account_id"]
        )  # fmt: skip
        assert remove["cusip"] != add["cusip"]
        assert remove["at"] < add["at"]
        residual = remove["qty"] * remove["price"] + add["qty"] * add["price"]
        rounded_by = abs(add["qty"]) * Decimal("0.00005")
        assert abs(residual) <= (add["price"] if add["symbol"] == "WHLE" else rounded_by)
        straddles += remove["at"][:10] != add["at"][:10]
        shorts += remove["qty"] > 0
    assert straddles
    assert shorts


@pytest.mark.parametrize("seed", [-1])
def test_a_negative_seed_is_refused(seed: int) -> None:
    """Seeds count from zero."""
    with pytest.raises(ValueError, match="zero or more"):
        make_books(seed)
