from __future__ import annotations

import datetime
import functools
import json

import pytest

from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.catalog import DEMO_FAULTS, FAULTS, plant
from recon.sandbox.messages.typed import typed_activities
from recon.sandbox.wire.paths import STREAM_PATHS
from tests.sandbox.replay import Payload, Replay, held, parse, replay_day

SEEDS = range(2)
RULES = {
    "streams/event_malformed", "streams/window_incomplete", "streams/identity_conflict",
    "streams/type_unknown",
    "trades/position_not_continuous", "trades/order_quantity_differs",
    "trades/order_average_price_differs", "trades/execution_id_reused",
    "trades/reversal_target_unknown", "trades/reversal_effect_differs",
    "fees/sec_fee_differs", "fees/taf_fee_differs", "fees/orf_fee_differs",
    "fees/occ_fee_differs", "fees/cat_fee_differs", "fees/fee_charged_twice",
    "fees/fee_without_execution", "fees/priced_fee_differs", "fees/commission_differs",
    "income/interest_booked_twice",
    "income/cash_dividend_differs",
    "income/dividend_paid_twice", "income/withholding_differs", "income/stock_dividend_differs",
    "corporate_actions/split_leg_missing", "corporate_actions/split_ratio_differs",
    "corporate_actions/split_value_differs", "corporate_actions/merger_leg_missing",
    "corporate_actions/cash_merger_differs", "corporate_actions/stock_merger_differs",
    "corporate_actions/merger_value_differs", "corporate_actions/name_change_pair_differs",
    "statements/position_differs", "statements/cash_differs", "statements/statement_missing",
    "statements/stock_record_differs", "streams/trade_without_activity",
    "trades/activity_amount_differs", "streams/activity_differs_between_streams",
    "money/journal_not_zero_sum", "money/journal_not_posted", "money/transfer_not_posted",
    "money/returned_transfer_not_reversed", "accounts/trade_while_blocked",
    "accounts/activity_while_closed", "accounts/closed_with_balance",
    "accounts/status_chain_broken", "accounts/account_unknown",
    "money/canceled_activity_not_confirmed", "streams/correction_target_unknown",
    "money/journal_status_chain", "money/transfer_status_chain",
    "income/holder_left_out", "corporate_actions/holder_left_out",
    "income/in_lieu_differs", "income/coupon_differs", "income/maturity_differs",
    "income/withholding_missing", "income/withholding_rate_unusual",
    "trades/order_state_out_of_order", "trades/fill_after_end", "trades/order_overfilled",
    "trades/order_notional_differs", "trades/limit_not_respected", "trades/fill_state_differs",
    "trades/replacement_differs", "trades/day_order_stale", "trades/order_times_contradict",
    "trades/asset_id_differs", "corporate_actions/trade_under_old_symbol",
    "accounts/short_not_allowed", "accounts/fractional_not_allowed",
    "accounts/opened_while_liquidation_only", "accounts/options_level_exceeded",
    "accounts/transfer_while_blocked", "accounts/daily_transfer_limit_exceeded",
    "accounts/negative_cash",
    "corporate_actions/spin_off_value_differs", "corporate_actions/distribution_rate_differs",
    "corporate_actions/rate_not_uniform", "corporate_actions/offer_leg_missing",
    "corporate_actions/removal_total_differs", "corporate_actions/cash_in_lieu_differs",
    "corporate_actions/cusip_invalid",
    "statements/market_value_differs", "statements/cost_basis_differs",
    "statements/equity_differs", "streams/system_date_odd", "streams/publication_odd",
    "corporate_actions/contract_adjustment_differs",
    "money/activity_sign_differs", "money/activity_shape_differs", "money/amount_digits_differ",
    "money/activity_currency_differs", "money/pending_activity_stuck", "options/expired_early",
    "options/event_against_position", "options/held_after_expiry", "options/delivery_differs",
    "options/cash_delivery_differs", "options/notional_differs", "options/expired_in_the_money",
}  # fmt: skip
# What the trade stream alone says of an order; it moves nothing.
OF_ORDERS = {
    "ended_twice", "filled_after_cancel", "filled_with_too_much", "notional_overspent",
    "limit_passed", "successor_without_name", "expiry_lost", "filled_in_local_time",
}  # fmt: skip
WITH_TWO_EVENTS = {
    "split_ratio_wrong", "journal_never_posted", "journal_state_lost", "transfer_state_lost",
    "cash_account_overdrawn",
    "journal_stays_pending", "swap_strike_wrong",
    "left_out_of_dividend", "left_out_of_split",
}  # fmt: skip
TYPED = {
    "trd_activity_missing", "trd_amount_wrong", "activity_missing_on_new_stream",
    "cancel_of_unknown_activity", "activity_in_other_currency",
}  # fmt: skip
# Booked on every stream; what it should be only the typed one says.
TOLD_BY_TYPED = {"commission_too_high"}
# Booked on every stream; at which rate it should be only the typed one says.
RATED = {
    "reorganisation_cash_wrong", "rights_quantity_wrong", "rights_rate_wrong", "cash_in_lieu_wrong",
}  # fmt: skip
# What both streams tell, and only the newer one names the group of.
GROUPED = {"cash_delivery_too_small"}
LOST = (
    "reorganisation_shares_missing",
    "lost_fill", "lost_last_fill", "split_add_missing", "journal_leg_missing",
    "canceled_state_missing", "taf_fee_missing",
)  # fmt: skip
ONLY_OLDER = {"average_price_wrong", "leg_lost", "event_ahead_of_its_id", *OF_ORDERS}
TERMS_ONLY_ON_NEWER = {"coupon_wrong"}  # booked on both, but the older prints no rate
# What was booked wrong is in the statement too, or a second telling is wrong that moves nothing.
AGREES_WITH_THE_STATEMENT = {
    "bust_wrong_effect", "order_total_wrong", "average_price_wrong", "sec_fee_too_high",
    "taf_fee_missing",
    "dividend_rate_wrong", "dividend_paid_twice", "withholding_wrong", "stock_dividend_wrong",
    "split_ratio_wrong", "split_price_wrong", "merger_cash_missing", "merger_cash_wrong",
    "stock_merger_ratio_wrong", "merger_price_wrong", "name_change_qty_wrong",
    "unknown_activity_type", "balance_not_updated", "aggregate_position_wrong",
    "journal_never_posted", "transfer_never_posted", "returned_transfer_not_reversed",
    "trade_while_blocked", "activity_in_closed_account", "closed_with_balance",
    "account_status_jump", "account_never_opened", "journal_state_lost", "transfer_state_lost",
    "left_out_of_dividend", "left_out_of_split", "capital_gain_wrong", "return_of_capital_wrong",
    "in_lieu_taken", "coupon_wrong", "maturity_wrong", "withholding_missing",
    "withholding_rate_wrong",
    "last_fill_called_partial", "other_asset_id", *OF_ORDERS, *TYPED,
    "short_while_disabled", "part_bought_while_disabled", "bought_while_liquidation_only",
    "option_above_level", "withdrawn_while_blocked", "withdrawn_beyond_limit",
    "cash_account_overdrawn",
    "orf_fee_too_high", "occ_fee_too_high", "cat_fee_too_high", "cent_fee_charged_twice",
    "fee_of_unknown_execution", "non_retail_fee_wrong", "interest_booked_twice",
    "commission_too_high",
    "unit_split_alternate_wrong", "spin_off_price_wrong", "subscription_credited",
    "more_rights_exercised_than_held", "cusip_mistyped", *RATED,
    "market_value_wrong", "cost_basis_wrong", "equity_wrong", "event_ahead_of_its_id",
    "margin_interest_credited", "dividend_with_shares", "interest_of_half_a_cent",
    "journal_stays_pending", "contract_expired_early", "contract_never_expires",
    "delivered_at_other_strike", "cash_delivery_too_small", "swap_notional_wrong",
    "expired_in_the_money",
}  # fmt: skip
# Whose events cannot be added up without deciding what to believe.
AMBIGUOUS = {"execution_id_reused", "bust_of_unknown_execution", "statement_account_missing"}


def readable(texts: list[str]) -> list[Payload]:
    """The payloads whose text is JSON."""
    payloads = []
    for text in texts:
        try:
            payloads.append(parse(text))
        except json.JSONDecodeError:
            continue
    return payloads


def agrees(books: Books, until: datetime.date) -> bool:
    """Whether adding up what is published by that date's ready events gives its closing."""
    published = max(each.published for each in books.system if each.system_date == until)
    trades, activities = (
        readable([each.text for each in events if each.published <= published])
        for events in (books.trades, books.activities)
    )
    replay = Replay()
    for date in books.closings:
        if date <= until:
            replay_day(replay, date, trades, activities)
    closing = books.closings[until]
    positions = {
        (account_id, line.asset.symbol): line.qty
        for account_id, lines in closing.positions.items()
        for line in lines
    }
    cash = {key: replay.cash[key] for key in closing.cash}
    return held(replay) == positions and cash == closing.cash


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


def events_of(books: Books) -> tuple[Event, ...]:
    """Everything that is published, but for what is told from it once more."""
    lifecycle = (event for events in books.lifecycle.values() for event in events)
    return (*books.trades, *books.activities, *books.system, *lifecycle)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_one_place(name: str, seed: int) -> None:
    """One message goes or comes, or is another; two where both legs of a split name a quantity,
    both sides of a journal go, two streams tell the same, or a setting is changed beside what it
    forbids; and all that is told of an account."""
    right = books_of(seed)
    planted = FAULTS[name].plant(right, frozenset())
    before, after = ({each.text: each for each in events_of(books)} for books in
                     (right, planted.books))  # fmt: skip
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    if name == "account_never_opened":
        assert {before[each].account_id for each in gone} == {planted.account_id}
        assert not come
    else:
        assert max(len(gone), len(come)) <= (2 if name in WITH_TWO_EVENTS else 1)
    assert gone or come or planted.books.closings != right.closings or name in TYPED
    assert planted.account_id in [each.account_id for each in right.accounts]
    assert planted.system_date in right.closings
    assert FAULTS[name].expected in RULES
    assert FAULTS[name].description.endswith(".")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(set(FAULTS) - AMBIGUOUS))
def test_the_statement_agrees_with_the_events_only_where_the_fault_is_booked(
    name: str, seed: int
) -> None:
    """A fault of the stream or of the statement alone makes the two differ on its date."""
    planted = FAULTS[name].plant(books_of(seed), frozenset())
    agreement = agrees(planted.books, planted.system_date)
    assert agreement == (name in AGREES_WITH_THE_STATEMENT)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FAULTS)
def test_the_typed_stream_differs_where_the_older_ones_do_or_the_fault_is_its_own(
    name: str, seed: int
) -> None:
    """A fault of trades and activities shows on both, but for an average, which the typed stream
    has no place for, and a leg that only the older lacks; one of the typed stream is one activity.
    """
    right = books_of(seed)
    wrong = FAULTS[name].plant(right, frozenset()).books
    before, after = ({each.text for each in typed_activities(books)} for books in (right, wrong))
    is_told = (wrong.trades, wrong.activities) != (right.trades, right.activities)
    if name in TYPED:
        assert (len(before - after), len(after - before)) in ((1, 0), (1, 1))
        assert not is_told
    else:
        assert (before != after) == (is_told and name not in ONLY_OLDER)
    told = TYPED | TOLD_BY_TYPED | RATED | GROUPED | TERMS_ONLY_ON_NEWER
    assert (FAULTS[name].stream == "activities") == (name in told)
    assert FAULTS[name].stream in ("", *STREAM_PATHS.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_leaves_the_rest_as_it_was(name: str, seed: int) -> None:
    """The typed stream tells one activity less, and of the others what it told before: the leg of a
    split that is left still names the new CUSIP."""
    right = books_of(seed)
    wrong = FAULTS[name].plant(right, frozenset()).books
    before, after = ({each.text for each in typed_activities(books)} for books in (right, wrong))
    assert after < before
    assert len(before - after) == 1


def test_planting_leaves_the_right_books_as_they_are() -> None:
    """Every fault copies what it changes."""
    right = make_books(1)
    for fault in FAULTS.values():
        fault.plant(right, frozenset())
    assert right == make_books(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_late_fill_is_missing_for_one_night_only(seed: int) -> None:
    """The next ready events find it published, and everything agrees again."""
    planted = FAULTS["fill_published_late"].plant(books_of(seed), frozenset())
    nights = [agrees(planted.books, date) for date in planted.books.closings]
    assert nights.count(False) == 1


@pytest.mark.parametrize("seed", range(12))
def test_the_demo_faults_are_all_on_accounts_of_their_own(seed: int) -> None:
    """Twelve at once, for any seed, none hiding another."""
    books, planted = plant(books_of(seed), DEMO_FAULTS)
    assert len({each.account_id for each in planted}) == len(DEMO_FAULTS) == 12
    assert books == planted[-1].books


def test_an_unknown_fault_is_refused() -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match="lost_fill"):
        plant(make_books(0), ["lost_everything"])


def test_too_many_faults_for_the_accounts_are_refused() -> None:
    """Rather than planting one on top of another."""
    with pytest.raises(ValueError, match="taken accounts"):
        plant(make_books(0), ["bust_wrong_effect", "bust_wrong_effect"])
