"""What each labelled fault is: the rules that name them, and what of the books it changes."""

from __future__ import annotations

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
