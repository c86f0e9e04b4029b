"""The multi-leg option orders of the books, as published: one event for a fill of both legs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recon.sandbox.books.make import make_books
from recon.sandbox.messages.typed import typed_activities
from tests.sandbox.replay import Payload, parse, trade_date

SEEDS = range(20)


def spreads_of(seed: int) -> list[Payload]:
    """The events of multi-leg orders, in order of publication."""
    events = [parse(event.text) for event in make_books(seed).trades]
    return [each for each in events if each["order"]["order_class"] == "mleg"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spread_is_opened_in_two_fills_and_half_of_it_closed_later(seed: int) -> None:
    """By one account; the positions after it are told of both contracts."""
    events = spreads_of(seed)
    kinds = [each["event"] for each in events]
    assert kinds == ["new", "partial_fill", "fill", "new", "fill"]
    assert len({each["account_id"] for each in events}) == 1
    assert len({each["order"]["id"] for each in events}) == 2
    _, first, second, _, closing = events
    days = [trade_date(each["at"]) for each in (first, second, closing)]
    assert days[0] == days[1] < days[2]
    total = Decimal(first["qty"]) + Decimal(second["qty"])
    assert Decimal(closing["qty"]) * 2 == total
    low, high = (leg["symbol"] for leg in first["legs"])
    for event, held in ((first, Decimal(first["qty"])), (second, total), (closing, total / 2)):
        told = {symbol: Decimal(qty) for symbol, qty in event["position_qtys"].items()}
        assert told == {low: held, high: -held}
        assert all(isinstance(qty, str) for qty in event["position_qtys"].values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_multi_leg_event_has_its_executions_in_its_legs_only(seed: int) -> None:
    """No symbol, no asset and no side of its own; a leg's side is in the order's legs."""
    for event in spreads_of(seed):
        order = event["order"]
        assert (order["symbol"], order["asset_id"].strip("0-")) == ("", "")
        assert not {"execution_id", "position_qty", "previous_execution_id"} & event.keys()
        assert not {"side", "asset_class"} & order.keys()
        assert ("legs" in event) == (event["event"] != "new")
        assert sorted(leg["side"] for leg in order["legs"]) == ["buy", "sell"]
        assert {leg["asset_class"] for leg in order["legs"]} == {"us_option"}
        for leg in event.get("legs", []):
            assert list(leg) == ["execution_id", "order_id", "price", "qty", "symbol", "timestamp"]
            assert leg["qty"] == event["qty"]
            assert leg["timestamp"] <= event["timestamp"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_price_is_that_of_the_bought_leg_less_that_of_the_sold(seed: int) -> None:
    """So what the order paid for its units is what its legs paid and brought; within its limit."""
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for event in spreads_of(seed):
        if event["event"] == "new":
            continue
        order = event["order"]
        sides = {leg["id"]: leg["side"] for leg in order["legs"]}
        prices = {sides[leg["order_id"]]: Decimal(leg["price"]) for leg in event["legs"]}
        net = Decimal(event["price"])
        assert net == prices["buy"] - prices["sell"] <= Decimal(order["limit_price"])
        opens = order["legs"][0]["position_intent"] == "buy_to_open"
        assert (net > 0) == opens
        qty, value = totals.get(order["id"], (Decimal(0), Decimal(0)))
        totals[order["id"]] = qty + Decimal(event["qty"]), value + Decimal(event["qty"]) * net
        qty, value = totals[order["id"]]
        assert Decimal(order["filled_qty"]) == qty
        assert abs(Decimal(order["filled_avg_price"]) * qty - value) <= qty * Decimal("0.0000005")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_typed_stream_tells_of_each_leg_by_itself(seed: int) -> None:
    """The legs of one event one after the other, each with its order and its contract."""
    legs = [leg for event in spreads_of(seed) for leg in event.get("legs", [])]
    assert len(legs) == 6
    told = [parse(event.text) for event in typed_activities(make_books(seed))]
    ids = [each["ref_id"] for each in told]
    places = [ids.index(leg["execution_id"]) for leg in legs]
    for number, (place, leg) in enumerate(zip(places, legs, strict=True)):
        assert told[place]["asset"]["symbol"] == leg["symbol"]
        assert told[place]["details"]["order_id"] == leg["order_id"]
        assert told[place]["executed_at"] == leg["timestamp"]
        if number % 2:
            assert place == places[number - 1] + 1
