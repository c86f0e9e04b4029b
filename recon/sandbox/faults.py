"""The labelled faults: a table of names, what each plants, and the rule that must name it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recon.sandbox import activity_faults, corporate_faults, statement_faults, trade_faults
from recon.sandbox.edit import Planted
from recon.sandbox.model import Books


@dataclass(frozen=True)
class Fault:
    """One fault. `plant` takes right books and accounts to keep away from; it is pure.

    The break of the rule `expected` names the account of the place, except where
    `names_account` is false: such a rule is about a stream or a security, not about an account.
    `plant` raises ValueError where every place for the fault is on an account to keep away from.
    """

    name: str
    expected: str
    plant: Callable[[Books, frozenset[str]], Planted]
    names_account: bool = True

    @property
    def description(self) -> str:
        """One line: what is wrong."""
        return (self.plant.__doc__ or "").strip()


_WITHOUT_ACCOUNT = (
    "streams/event_malformed", "streams/window_incomplete", "statements/stock_record_differs",
)  # fmt: skip


def _fault(expected: str, plant: Callable[[Books, frozenset[str]], Planted]) -> Fault:
    return Fault(plant.__name__, expected, plant, expected not in _WITHOUT_ACCOUNT)


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        _fault("trades/position_not_continuous", trade_faults.lost_fill),
        _fault("trades/order_quantity_differs", trade_faults.lost_last_fill),
        _fault("statements/position_differs", trade_faults.fill_published_late),
        _fault("trades/execution_id_reused", trade_faults.execution_id_reused),
        _fault("trades/reversal_target_unknown", trade_faults.bust_of_unknown_execution),
        _fault("trades/reversal_effect_differs", trade_faults.bust_wrong_effect),
        _fault("statements/cash_differs", trade_faults.correct_wrong_price),
        _fault("trades/order_quantity_differs", trade_faults.order_total_wrong),
        _fault("trades/order_average_price_differs", trade_faults.average_price_wrong),
        _fault("fees/sec_fee_differs", activity_faults.sec_fee_too_high),
        _fault("fees/taf_fee_differs", activity_faults.taf_fee_missing),
        _fault("income/cash_dividend_differs", activity_faults.dividend_rate_wrong),
        _fault("income/dividend_paid_twice", activity_faults.dividend_paid_twice),
        _fault("income/withholding_differs", activity_faults.withholding_wrong),
        _fault("income/stock_dividend_differs", activity_faults.stock_dividend_wrong),
        _fault("corporate_actions/split_leg_missing", corporate_faults.split_add_missing),
        _fault("corporate_actions/split_ratio_differs", corporate_faults.split_ratio_wrong),
        _fault("corporate_actions/split_value_differs", corporate_faults.split_price_wrong),
        _fault("corporate_actions/merger_leg_missing", corporate_faults.merger_cash_missing),
        _fault("corporate_actions/cash_merger_differs", corporate_faults.merger_cash_wrong),
        _fault("corporate_actions/stock_merger_differs", corporate_faults.stock_merger_ratio_wrong),
        _fault("corporate_actions/merger_value_differs", corporate_faults.merger_price_wrong),
        _fault("corporate_actions/name_change_pair_differs",
               corporate_faults.name_change_qty_wrong),
        _fault("statements/position_differs", statement_faults.statement_position_wrong),
        _fault("statements/cash_differs", statement_faults.statement_cash_wrong),
        _fault("statements/statement_missing", statement_faults.statement_account_missing),
        _fault("statements/stock_record_differs", statement_faults.aggregate_position_wrong),
        _fault("streams/window_incomplete", statement_faults.balance_not_updated),
        _fault("streams/event_malformed", activity_faults.malformed_event),
        _fault("streams/type_unknown", activity_faults.unknown_activity_type),
        _fault("streams/identity_conflict", activity_faults.activity_content_changed),
    )
}  # fmt: skip

# The ones with the fewest places first; together they need nine accounts.
DEMO_FAULTS: tuple[str, ...] = (
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
