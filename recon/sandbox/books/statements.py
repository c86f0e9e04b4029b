"""End-of-day answers: takes closing books, gives the payloads of positions and balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from recon.sandbox.books.exact import ZERO, half_up, plain, ratio, times
from recon.sandbox.books.model import Account, Closing, Payload, Position

_VALUE_PLACES = 4


def position_payload(position: Position) -> Payload:
    """One line of the positions report; quantities and values of shorts are negative."""
    asset, multiplier = position.asset, Decimal(position.asset.multiplier)
    units = times(position.qty, multiplier)
    value = half_up(times(units, position.price), _VALUE_PLACES)
    before = half_up(times(units, position.previous_price), _VALUE_PLACES)
    cost = half_up(position.cost, _VALUE_PLACES)
    return {
        "asset_id": asset.asset_id,
        "symbol": asset.symbol,
        "exchange": asset.exchange,
        "asset_class": asset.asset_class,
        "asset_marginable": False,
        "qty": plain(position.qty),
        "qty_available": plain(position.qty),
        "avg_entry_price": plain(ratio(position.cost, units, _VALUE_PLACES)),
        "side": "long" if position.qty > 0 else "short",
        "market_value": plain(value),
        "cost_basis": plain(cost),
        "unrealized_pl": plain(value - cost),
        "unrealized_plpc": plain(_part(value - cost, cost)),
        "unrealized_intraday_pl": plain(value - before),
        "unrealized_intraday_plpc": plain(_part(value - before, before)),
        "current_price": plain(position.price),
        "lastday_price": plain(position.previous_price),
        "change_today": plain(_part(position.price - position.previous_price,
                                    position.previous_price)),
        **position.edits,
    }  # fmt: skip


def positions_report(
    closing: Closing, account_id: str, symbol: str, start: int, limit: int
) -> tuple[dict[str, list[Payload]], int | None]:
    """Accounts with positions from place `start`, at most `limit`; then the next place, or None."""
    accounts = sorted(
        holder for holder, lines in closing.positions.items()
        if lines and account_id in ("", holder)
    )  # fmt: skip
    page = {
        holder: [
            position_payload(line) for line in closing.positions[holder]
            if symbol in ("", line.asset.symbol, line.asset.asset_id)
        ]
        for holder in accounts[start : start + limit]
    }  # fmt: skip
    following = start + limit
    return page, following if following < len(accounts) else None


def account_payload(account: Account, closing: Closing, asof: date) -> Payload:
    """The trading account on the morning after `asof`: every `last_` figure is of that date."""
    lines = closing.positions.get(account.account_id, ())
    values = [times(line.qty, Decimal(line.asset.multiplier), line.price) for line in lines]
    long = half_up(sum((value for value in values if value > 0), ZERO), 2)
    short = half_up(sum((value for value in values if value < 0), ZERO), 2)
    cash = closing.cash[account.account_id]
    equity, zero = plain(cash + long + short), "0"
    return {
        "id": account.account_id,
        "admin_configurations": {},
        "user_configurations": None,
        "account_number": account.number,
        "status": "ACCOUNT_CLOSED" if _has_come(account.closed_on, asof) else "ACTIVE",
        "crypto_status": "INACTIVE",
        "currency": "USD",
        "buying_power": plain(cash),
        "regt_buying_power": plain(cash),
        "effective_buying_power": plain(cash),
        "non_marginable_buying_power": plain(cash),
        "cash": plain(cash),
        "cash_withdrawable": plain(cash),
        "cash_transferable": plain(cash),
        "accrued_fees": zero,
        "pending_reg_taf_fees": zero,
        "pending_transfer_out": zero,
        "portfolio_value": equity,
        "equity": equity,
        "long_market_value": plain(long),
        "short_market_value": plain(short),
        "position_market_value": plain(long + short),
        "initial_margin": zero,
        "maintenance_margin": zero,
        "last_equity": equity,
        "last_long_market_value": plain(long),
        "last_short_market_value": plain(short),
        "last_cash": plain(cash),
        "last_buying_power": plain(cash),
        "last_initial_margin": zero,
        "last_maintenance_margin": zero,
        "balance_asof": asof.isoformat(),
        "previous_close": f"{asof.isoformat()}T16:00:00-04:00",
        "multiplier": "1",
        "shorting_enabled": True,
        "trading_blocked": _has_come(account.blocked_on, asof),
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
        "created_at": "2026-06-01T14:00:00Z",
        "clearing_broker": "ALPACA_APCA",
        "sma": zero,
        "memoposts": zero,
        "intraday_adjustments": zero,
        **closing.balance_edits.get(account.account_id, {}),
    }


def _has_come(day: date | None, asof: date) -> bool:
    return day is not None and day <= asof


def _part(change: Decimal, whole: Decimal) -> Decimal:
    return ratio(change, abs(whole), _VALUE_PLACES) if whole else ZERO
