"""Faults of what an account may do: right books in, an account that does what it may not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from recon.sandbox.books.model import Books, Event
from recon.sandbox.faults.edit import (
    Planted,
    changed,
    edit_activities,
    edit_lifecycle,
    reworded,
    shift_cash,
)
from recon.sandbox.faults.places import (
    activities,
    activity_of,
    first_free,
    symbol_of,
    trade_of,
    value,
)

_STREAM = "account_status"
SPREADS = 3  # the level of the one customer who trades them


def short_while_disabled(books: Books, taken: frozenset[str]) -> Planted:
    """An account whose shorting was disabled from the beginning sells short."""
    return _forbidden(books, taken, _is_short, disable_shorting=True)


def part_bought_while_disabled(books: Books, taken: frozenset[str]) -> Planted:
    """An account with fractional trading disabled from the beginning buys a part of a share."""
    return _forbidden(books, taken, _is_part, disable_fractional=True)


def bought_while_liquidation_only(books: Books, taken: frozenset[str]) -> Planted:
    """An account that may only liquidate from the beginning buys shares."""
    reasons = {"position_to_equity_ratio": True}
    return _forbidden(books, taken, _is_purchase, restrict_to_liquidation_reasons=reasons)


def option_above_level(books: Books, taken: frozenset[str]) -> Planted:
    """An account that may write options only buys one."""
    (approved,) = (
        event for event in books.lifecycle[_STREAM]
        if (value(event, "options") or {}).get("approved_level_to") == SPREADS
    )  # fmt: skip
    others = {account.account_id for account in books.accounts} - {approved.account_id}
    trade = _trade(books, taken | others, _is_option)
    wrong = reworded(approved, options={"approved_level_from": 0, "approved_level_to": 1})
    return _planted(edit_lifecycle(books, _STREAM, approved, wrong), trade)


def withdrawn_while_blocked(books: Books, taken: frozenset[str]) -> Planted:
    """An account whose outgoing transfers are blocked from the beginning withdraws cash."""
    sent = _withdrawal(books, taken)
    return _planted(_opened_with(books, sent, outgoing_transfers_blocked=True), sent)


def withdrawn_beyond_limit(books: Books, taken: frozenset[str]) -> Planted:
    """An account with a daily transfer limit from the beginning withdraws a cent more."""
    sent = _withdrawal(books, taken)
    limit = str(-activity_of(sent).net_amount - Decimal("0.01"))
    limited = _opened_with(books, sent, acct_daily_transfer_limit={"from": None, "to": limit})
    return _planted(limited, sent)


def cash_account_overdrawn(books: Books, taken: frozenset[str]) -> Planted:
    """A cash account withdraws one cent more than it has at the end of the day."""
    sent = _withdrawal(books, taken)
    more = books.closings[sent.system_date].cash[sent.account_id] + Decimal("0.01")
    sent_more = changed(sent, net_amount=activity_of(sent).net_amount - more)
    edited = shift_cash(
        edit_activities(books, sent, sent_more), sent.account_id, sent.system_date, -more
    )
    multiplier = {"from": None, "to": "1"}
    return _planted(_opened_with(edited, sent, max_margin_multiplier=multiplier), sent)


def _forbidden(
    books: Books, taken: frozenset[str], kind: Callable[[Event], bool], **settings: Any
) -> Planted:
    """The books in which the account of the first such trade is opened with these settings."""
    trade = _trade(books, taken, kind)
    return _planted(_opened_with(books, trade, **settings), trade)


def _opened_with(books: Books, place: Event, **settings: Any) -> Books:
    """The books in which the account of that event is opened with these settings."""
    opened = next(
        event for event in books.lifecycle[_STREAM] if event.account_id == place.account_id
    )
    configured = value(opened, "admin_configurations") | settings
    wrong = reworded(opened, admin_configurations=configured)
    return edit_lifecycle(books, _STREAM, opened, wrong)


def _withdrawal(books: Books, taken: frozenset[str]) -> Event:
    """The first withdrawal of a customer who stays."""
    customers = {account.account_id for account in books.accounts if account.is_trader}
    return first_free(
        (each for each in activities(books, "CSW") if each.account_id in customers), taken
    )


def _trade(books: Books, taken: frozenset[str], kind: Callable[[Event], bool]) -> Event:
    customers = {account.account_id for account in books.accounts if account.is_trader}
    busted = {fill.previous_id for event in books.trades if (fill := trade_of(event).fill)}
    return first_free(
        (
            event for event in books.trades
            if event.account_id in customers and trade_of(event).kind in ("fill", "partial_fill")
            and trade_of(event).execution_id not in busted and kind(event)
        ),
        taken,
    )  # fmt: skip


def _is_short(event: Event) -> bool:
    fill = trade_of(event).fill
    return _class_of(event) == "us_equity" and fill is not None and fill.position_qty < 0


def _is_part(event: Event) -> bool:
    trade = trade_of(event)
    ordered = trade.ticket.qty
    return _is_purchase(event) and (ordered is None or ordered % Decimal(1) != 0)


def _is_purchase(event: Event) -> bool:
    fill = trade_of(event).fill
    return _class_of(event) == "us_equity" and fill is not None and fill.position_qty > 0 and (
        trade_of(event).ticket.side == "buy"
    )  # fmt: skip


def _is_option(event: Event) -> bool:
    return _class_of(event) == "us_option" and trade_of(event).ticket.side == "buy"


def _class_of(event: Event) -> str:
    return trade_of(event).ticket.asset.asset_class


def _planted(books: Books, trade: Event) -> Planted:
    return Planted(books, trade.account_id, symbol_of(trade), trade.system_date)
