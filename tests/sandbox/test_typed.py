"""The typed activity stream against the two streams that it is told from."""

from __future__ import annotations

import functools
from collections import defaultdict
from decimal import Decimal

import pytest

from recon.sandbox.books.identity import ulid_milliseconds
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.messages.typed import typed_activities
from tests.sandbox.replay import EXECUTIONS, Payload, executions_in, parse

SEEDS = range(10)


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


@functools.cache
def typed_of(seed: int) -> tuple[Payload, ...]:
    """As published, parsed."""
    return tuple(parse(event.text) for event in typed_activities(books_of(seed)))


@functools.cache
def legacy_of(seed: int) -> tuple[Payload, ...]:
    """The non-trade activities that are not pending, as published."""
    parsed = (parse(event.text) for event in books_of(seed).activities)
    return tuple(each for each in parsed if each["status"] != "pending")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_execution_is_one_trd_and_the_reverse(seed: int) -> None:
    """Under its execution id, with the same quantity, price and order; each leg is one."""
    trades = {
        each["execution_id"]: each
        for event in (parse(event.text) for event in books_of(seed).trades)
        if event["event"] in EXECUTIONS
        for each in executions_in(event)
    }
    told = {each["ref_id"]: each for each in typed_of(seed) if each["activity_type"] == "TRD"}
    assert told.keys() == trades.keys()
    for identity, trd in told.items():
        trade, details = trades[identity], trd["details"]
        assert (trd["qty"], trd["price"], trd["at"]) == (trade["qty"], trade["price"], trade["at"])
        assert trd.get("previous_id") == trade.get("previous_execution_id")
        assert details["execution_type"] == trade["event"]
        assert details["order_id"] == trade["order"]["id"]
        assert details["cum_qty"] == trade["order"]["filled_qty"]
        assert trd["asset"]["symbol"] == details["symbol"] == trade["order"]["symbol"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_net_amount_of_a_trd_is_the_rounded_cash(seed: int) -> None:
    """A purchase pays, a sale receives, half-up to the cent; a bust is the other way round."""
    for trd in typed_of(seed):
        if trd["activity_type"] != "TRD":
            continue
        multiplier = 100 if len(trd["details"]["symbol"]) > 9 else 1
        exact = Decimal(trd["qty"]) * Decimal(trd["price"]) * multiplier
        paid = Decimal(trd["net_amount"]) * (-1 if trd["details"]["side"] == "buy" else 1)
        assert abs(paid - exact) <= Decimal("0.005")
        assert paid == paid.quantize(Decimal("0.01"))
        assert (Decimal(trd["qty"]) < 0) == (trd["details"]["execution_type"] == "trade_bust")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_activity_is_told_once_with_the_same_amounts(seed: int) -> None:
    """Under its own id; a pending state never, an executed one once."""
    told = [each for each in typed_of(seed) if each["activity_type"] != "TRD"]
    legacy = {(each["id"], each["status"]): each for each in legacy_of(seed)}
    assert len(told) == len(legacy) == len({each["ref_id"] for each in told})
    for each in told:
        identity = each.get("previous_id", each["ref_id"])
        before = legacy.pop((identity, each["status"]))
        assert each["activity_type"] == before["entry_type"]
        assert each["details"]["system_date"] == before["system_date"]
        if each["status"] == "executed":
            amounts = [Decimal(each[name]) for name in ("qty", "net_amount", "price")]
            assert amounts == [before["qty"], before["net_amount"], before["price"] or 0]
    assert not legacy


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cancel_refers_back_and_both_streams_take_the_same_money(seed: int) -> None:
    """By account and system date, what counts of either stream adds up to the same cash."""
    typed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    by_id = {each["ref_id"]: each for each in typed_of(seed)}
    canceled = 0
    for each in typed_of(seed):
        if each["activity_type"] == "TRD":
            continue
        key = each["account_id"], each["details"]["system_date"]
        typed[key] += Decimal(each["net_amount"])
        if each["status"] == "canceled":
            canceled += 1
            before = by_id[each["previous_id"]]
            assert before["details"]["system_date"] < each["details"]["system_date"]
            assert (each["qty"], each["price"], each["net_amount"]) == ("0", "0", "0")
            typed[key] -= Decimal(before["net_amount"])
    legacy: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in legacy_of(seed):
        sign = -1 if each["status"] == "canceled" else 1
        legacy[each["account_id"], each["system_date"]] += sign * each["net_amount"]
    assert typed == legacy
    assert canceled == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_every_leg_repeats_the_details_of_its_action(seed: int) -> None:
    """One group is one account's action; some kinds of leg carry no asset of their own."""
    groups: dict[str, list[Payload]] = defaultdict(list)
    actions: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in typed_of(seed):
        if "ca_id" in each["details"]:
            groups[each["details"]["group_id"]].append(each)
            kind = each["activity_type"], each.get("activity_subtype", "")
            actions[each["details"]["ca_id"]].add(kind)
    legs = {(each[0].get("activity_subtype"), len(each)) for each in groups.values()}
    assert {("FSPLIT", 2), ("RSPLIT", 2), ("CMA", 2), ("SMA", 2), ("SCMA", 3), ("SNC", 2)} <= legs
    assert {("USPLIT", 3), (None, 3), ("REOSC", 3), ("VDST", 1)} <= legs
    for group in groups.values():
        assert len({each["account_id"] for each in group}) == 1
        if group[0]["activity_type"] != "REO":  # each leg has its own details
            assert all(each["details"] == group[0]["details"] for each in group)
        has_asset = group[0].get("activity_subtype") not in ("SMA", "SNC")
        assert all(("asset" in each) == has_asset for each in group)
    assert all(len(kinds) == 1 for kinds in actions.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_legs_of_a_split_are_told_apart_by_their_cusip(seed: int) -> None:
    """The old shares go and the new ones come; both quantities of a short holder are negative."""
    shorts = 0
    for each in typed_of(seed):
        if each["activity_type"] != "SPLIT" or each["activity_subtype"] == "USPLIT":
            continue
        details = each["details"]
        old, new = Decimal(details["old_qty"]), Decimal(details["new_qty"])
        is_old = each["asset"]["cusip"] == details["old_cusip"]
        assert each["asset"]["cusip"] in (details["old_cusip"], details["new_cusip"])
        assert Decimal(each["qty"]) == (-old if is_old else new)
        ratio = Decimal(details["new_rate"]) / Decimal(details["old_rate"])
        is_whole = details["symbol"] == "WHLE"
        assert abs(old * ratio - new) <= (1 if is_whole else Decimal("0.000000001"))
        shorts += old < 0
    assert shorts == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_withholding_names_its_dividend(seed: int) -> None:
    """`parent_id` is the dividend of the same account and security."""
    by_id = {each["ref_id"]: each for each in typed_of(seed)}
    taxes = [each for each in typed_of(seed) if each["activity_type"] == "DIVNRA"]
    assert taxes
    for tax in taxes:
        dividend = by_id[tax["details"]["parent_id"]]
        assert dividend["account_id"] == tax["account_id"]
        assert dividend["details"]["symbol"] == tax["details"]["symbol"]
        gross, rate = Decimal(dividend["net_amount"]), Decimal(tax["details"]["tax_rate"])
        assert 0 <= gross * rate / 100 + Decimal(tax["net_amount"]) < Decimal("0.01")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_tells_the_same_texts_in_order(seed: int) -> None:
    """ULIDs increase and are nobody else's."""
    events = typed_activities(books_of(seed))
    assert [each.text for each in events] == [
        each.text for each in typed_activities(make_books(seed))
    ]
    ids = [each.event_id for each in events]
    assert ids == sorted(set(ids))
    for event in events:
        assert ulid_milliseconds(event.event_id) == event.published // 1_000_000
    others = (*books_of(seed).trades, *books_of(seed).activities)
    assert not {each.event_id for each in others} & set(ids)
