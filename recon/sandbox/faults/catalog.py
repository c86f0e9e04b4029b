"""The labelled faults: a table of names, what each plants, and the rule that must name it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recon.sandbox.books.model import Books
from recon.sandbox.faults import (
    account,
    activity,
    corporate,
    feeds,
    fees,
    income,
    lifecycle,
    money,
    offers,
    options,
    order,
    permissions,
    stated,
    statement,
    terms,
    trade,
    typed,
)
from recon.sandbox.faults.edit import Planted


@dataclass(frozen=True)
class Fault:
    """One fault. `plant` takes right books and accounts to keep away from; it is pure.

    The break of the rule `expected` names the account of the place, except where
    `names_account` is false: such a rule is about a stream or a security, not about an account.
    `stream` is the one that a night must read, beside trades and the older activities, to see the
    fault; "" where those suffice. `plant` raises ValueError where every place for the fault is on
    an account to keep away from.
    """

    name: str
    expected: str
    plant: Callable[[Books, frozenset[str]], Planted]
    names_account: bool = True
    stream: str = ""

    @property
    def description(self) -> str:
        """One line: what is wrong."""
        return (self.plant.__doc__ or "").strip()


_WITHOUT_ACCOUNT = (
    "streams/event_malformed", "streams/window_incomplete", "statements/stock_record_differs",
    "money/journal_not_posted", "trades/asset_id_differs",
    "corporate_actions/trade_under_old_symbol", "corporate_actions/cusip_invalid",
)  # fmt: skip


def _fault(
    expected: str, plant: Callable[[Books, frozenset[str]], Planted], stream: str = ""
) -> Fault:
    return Fault(plant.__name__, expected, plant, expected not in _WITHOUT_ACCOUNT, stream)


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        _fault("trades/position_not_continuous", trade.lost_fill),
        _fault("trades/order_quantity_differs", trade.lost_last_fill),
        _fault("statements/position_differs", trade.fill_published_late),
        _fault("trades/execution_id_reused", trade.execution_id_reused),
        _fault("trades/reversal_target_unknown", trade.bust_of_unknown_execution),
        _fault("trades/reversal_effect_differs", trade.bust_wrong_effect),
        _fault("statements/cash_differs", trade.correct_wrong_price),
        _fault("trades/order_quantity_differs", trade.order_total_wrong),
        _fault("trades/order_average_price_differs", trade.average_price_wrong),
        _fault("fees/sec_fee_differs", activity.sec_fee_too_high),
        _fault("fees/taf_fee_differs", activity.taf_fee_missing),
        _fault("income/cash_dividend_differs", activity.dividend_rate_wrong),
        _fault("income/dividend_paid_twice", activity.dividend_paid_twice),
        _fault("income/withholding_differs", activity.withholding_wrong),
        _fault("income/stock_dividend_differs", activity.stock_dividend_wrong),
        _fault("corporate_actions/split_leg_missing", corporate.split_add_missing),
        _fault("corporate_actions/split_ratio_differs", corporate.split_ratio_wrong),
        _fault("corporate_actions/split_value_differs", corporate.split_price_wrong),
        _fault("corporate_actions/merger_leg_missing", corporate.merger_cash_missing),
        _fault("corporate_actions/cash_merger_differs", corporate.merger_cash_wrong),
        _fault("corporate_actions/stock_merger_differs", corporate.stock_merger_ratio_wrong),
        _fault("corporate_actions/merger_value_differs", corporate.merger_price_wrong),
        _fault("corporate_actions/name_change_pair_differs",
               corporate.name_change_qty_wrong),
        _fault("statements/position_differs", statement.statement_position_wrong),
        _fault("statements/cash_differs", statement.statement_cash_wrong),
        _fault("statements/statement_missing", statement.statement_account_missing),
        _fault("statements/stock_record_differs", statement.aggregate_position_wrong),
        _fault("streams/window_incomplete", statement.balance_not_updated),
        _fault("streams/event_malformed", activity.malformed_event),
        _fault("streams/type_unknown", activity.unknown_activity_type),
        _fault("streams/identity_conflict", activity.activity_content_changed),
        _fault("streams/trade_without_activity", typed.trd_activity_missing, "activities"),
        _fault("trades/activity_amount_differs", typed.trd_amount_wrong, "activities"),
        _fault("streams/activity_differs_between_streams",
               typed.activity_missing_on_new_stream, "activities"),
        _fault("trades/position_not_continuous", typed.leg_lost),
        _fault("money/journal_not_zero_sum", money.journal_leg_missing, "journal_status"),
        _fault("money/journal_not_posted", money.journal_never_posted, "journal_status"),
        _fault("money/transfer_not_posted", money.transfer_never_posted, "funding_status"),
        _fault("money/returned_transfer_not_reversed",
               money.returned_transfer_not_reversed, "funding_status"),
        _fault("accounts/trade_while_blocked", account.trade_while_blocked,
               "account_status"),
        _fault("accounts/activity_while_closed", account.activity_in_closed_account,
               "account_status"),
        _fault("accounts/closed_with_balance", account.closed_with_balance,
               "account_status"),
        _fault("accounts/status_chain_broken", account.account_status_jump,
               "account_status"),
        _fault("accounts/account_unknown", lifecycle.account_never_opened,
               "account_status"),
        _fault("money/canceled_activity_not_confirmed",
               lifecycle.canceled_state_missing, "admin_action"),
        _fault("streams/correction_target_unknown",
               lifecycle.cancel_of_unknown_activity, "activities"),
        _fault("money/journal_status_chain", lifecycle.journal_state_lost,
               "journal_status"),
        _fault("money/transfer_status_chain", lifecycle.transfer_state_lost,
               "funding_status"),
        # fees
        _fault("fees/orf_fee_differs", fees.orf_fee_too_high),
        _fault("fees/occ_fee_differs", fees.occ_fee_too_high),
        _fault("fees/cat_fee_differs", fees.cat_fee_too_high),
        _fault("fees/fee_charged_twice", fees.cent_fee_charged_twice),
        _fault("fees/fee_without_execution", fees.fee_of_unknown_execution),
        _fault("fees/priced_fee_differs", fees.non_retail_fee_wrong),
        _fault("fees/commission_differs", fees.commission_too_high, "activities"),
        _fault("income/interest_booked_twice", fees.interest_booked_twice),

        # income
        _fault("income/holder_left_out", income.left_out_of_dividend),
        _fault("corporate_actions/holder_left_out", income.left_out_of_split),
        _fault("income/cash_dividend_differs", income.capital_gain_wrong),
        _fault("income/cash_dividend_differs", income.return_of_capital_wrong),
        _fault("income/in_lieu_differs", income.in_lieu_taken),
        _fault("income/coupon_differs", income.coupon_wrong, "activities"),
        _fault("income/maturity_differs", income.maturity_wrong),
        _fault("income/withholding_missing", income.withholding_missing),
        _fault("income/withholding_rate_unusual", income.withholding_rate_wrong),

        # corporate actions
        _fault("corporate_actions/split_ratio_differs", offers.unit_split_alternate_wrong),
        _fault("corporate_actions/spin_off_value_differs", offers.spin_off_price_wrong),
        _fault("corporate_actions/merger_leg_missing", offers.reorganisation_shares_missing),
        _fault("corporate_actions/cash_merger_differs",
               offers.reorganisation_cash_wrong, "activities"),
        _fault("corporate_actions/distribution_rate_differs",
               offers.rights_quantity_wrong, "activities"),
        _fault("corporate_actions/rate_not_uniform", offers.rights_rate_wrong, "activities"),
        _fault("corporate_actions/offer_leg_missing", offers.subscription_credited),
        _fault("corporate_actions/removal_total_differs",
               offers.more_rights_exercised_than_held),
        _fault("corporate_actions/cash_in_lieu_differs", offers.cash_in_lieu_wrong, "activities"),
        _fault("corporate_actions/cusip_invalid", offers.cusip_mistyped),

        # options
        _fault("money/activity_sign_differs", terms.margin_interest_credited),
        _fault("money/activity_shape_differs", terms.dividend_with_shares),
        _fault("money/amount_digits_differ", terms.interest_of_half_a_cent),
        _fault("money/activity_currency_differs",
               terms.activity_in_other_currency, "activities"),
        _fault("money/pending_activity_stuck", terms.journal_stays_pending),
        _fault("options/expired_early", options.contract_expired_early),
        _fault("options/event_against_position", options.expiry_sign_turned),
        _fault("options/held_after_expiry", options.contract_never_expires),
        _fault("options/delivery_differs", options.delivered_at_other_strike),
        _fault("options/cash_delivery_differs",
               options.cash_delivery_too_small, "activities"),
        _fault("options/notional_differs", options.swap_notional_wrong),
        _fault("corporate_actions/contract_adjustment_differs", options.swap_strike_wrong),
        _fault("options/expired_in_the_money", options.expired_in_the_money),

        # orders
        _fault("trades/order_state_out_of_order", order.ended_twice),
        _fault("trades/fill_after_end", order.filled_after_cancel),
        _fault("trades/order_overfilled", order.filled_with_too_much),
        _fault("trades/order_notional_differs", order.notional_overspent),
        _fault("trades/limit_not_respected", order.limit_passed),
        _fault("trades/fill_state_differs", order.last_fill_called_partial),
        _fault("trades/replacement_differs", order.successor_without_name),
        _fault("trades/day_order_stale", order.expiry_lost),
        _fault("trades/order_times_contradict", order.filled_in_local_time),
        _fault("trades/asset_id_differs", order.other_asset_id),
        _fault("corporate_actions/trade_under_old_symbol", order.traded_under_old_symbol),

        # accounts
        _fault("accounts/short_not_allowed", permissions.short_while_disabled,
               "account_status"),
        _fault("accounts/fractional_not_allowed",
               permissions.part_bought_while_disabled, "account_status"),
        _fault("accounts/opened_while_liquidation_only",
               permissions.bought_while_liquidation_only, "account_status"),
        _fault("accounts/options_level_exceeded", permissions.option_above_level,
               "account_status"),
        _fault("accounts/transfer_while_blocked", permissions.withdrawn_while_blocked,
               "account_status"),
        _fault("accounts/daily_transfer_limit_exceeded",
               permissions.withdrawn_beyond_limit, "account_status"),
        _fault("accounts/negative_cash", permissions.cash_account_overdrawn,
               "account_status"),

        # feeds and statements
        _fault("statements/market_value_differs", stated.market_value_wrong),
        _fault("statements/cost_basis_differs", stated.cost_basis_wrong),
        _fault("statements/equity_differs", stated.equity_wrong),
        _fault("streams/system_date_odd", feeds.booked_on_a_sunday),
        _fault("streams/publication_odd", feeds.event_ahead_of_its_id),
    )
}  # fmt: skip

# The ones with the fewest places first; together they need twelve accounts.
DEMO_FAULTS: tuple[str, ...] = (
    "trade_while_blocked",
    "closed_with_balance",
    "journal_never_posted",
    "bust_wrong_effect",
    "malformed_event",
    "split_add_missing",
    "merger_cash_wrong",
    "dividend_rate_wrong",
    "lost_fill",
    "sec_fee_too_high",
    "unknown_activity_type",
    "statement_position_wrong",
)


def plant(books: Books, names: Sequence[str]) -> tuple[Books, tuple[Planted, ...]]:
    """The books with all those faults, each on an account of its own, and where each is.

    Raises ValueError for an unknown name, and where the accounts do not suffice.
    """
    planted: list[Planted] = []
    for name in names:
        if name not in FAULTS:
            raise ValueError(f"expected one of {', '.join(FAULTS)}; saw {name!r}")
        taken = frozenset(each.account_id for each in planted)
        planted.append(FAULTS[name].plant(books, taken))
        books = planted[-1].books
    return books, tuple(planted)
