"""The `details` of corporate actions: takes what an action is, gives what every leg repeats."""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import (
    Action,
    ContractSwap,
    Dividend,
    Merger,
    NameChange,
    Split,
    WorthlessRemoval,
)
from recon.sandbox.books.exact import EXACT, plain, times
from recon.sandbox.books.model import Payload


def action_fields(activity: Activity, action: Action) -> Payload:
    """The fields of an action of that kind."""
    date = activity.system_date.isoformat()
    match action:
        case Dividend():
            return dividend(activity, action)
        case Split():
            return split(activity, action)
        case Merger():
            return merger(action, date)
        case NameChange():
            return name_change(action, date)
        case WorthlessRemoval():
            return worthless_removal(action, date)
        case ContractSwap():
            return contract_swap(action, date)


def dividend(activity: Activity, paid: Dividend) -> Payload:
    """A dividend in cash, or in stock."""
    common: Payload = security(activity.asset) | {
        "rate": plain(paid.rate),
        "entitled_qty": plain(paid.entitled_qty),
    }
    amounts: Payload = {
        "cash_payout": plain(times(paid.rate, paid.entitled_qty)),
        "foreign": False,
        "special": False,
    }
    if activity.sub_type == "SDIV":
        new_qty = paid.entitled_qty + paid.paid_qty
        amounts = {"paid_qty": plain(paid.paid_qty), "new_qty": plain(new_qty)}
    recorded = paid.recorded.isoformat()
    dates = {"position_date": recorded, "record_date": recorded}
    return common | amounts | dates | {"payable_date": activity.system_date.isoformat()}


def split(activity: Activity, done: Split) -> Payload:
    """New for old, one of the two rates being 1."""
    new, old = Decimal(done.new_rate), Decimal(done.old_rate)
    grows, date = new > old, activity.system_date.isoformat()
    return {
        "symbol": activity.asset.symbol if activity.asset else "",
        "old_qty": plain(done.old_qty),
        "new_qty": plain(done.new_qty),
        "old_cusip": done.old_cusip,
        "new_cusip": done.new_cusip,
        "position_date": date,
        "payable_date": date,
        "old_rate": "1" if grows else plain(EXACT.divide(old, new)),
        "new_rate": plain(EXACT.divide(new, old)) if grows else "1",
    }


def merger(done: Merger, date: str) -> Payload:
    """A merger for cash, for stock, or for both."""
    gone: Payload = {
        "acquiree_symbol": done.acquiree.symbol,
        "acquiree_cusip": done.acquiree.cusip,
        "acquiree_qty": plain(done.acquiree_qty),
        "effective_date": date,
        "payable_date": date,
        "position_date": date,
    }
    if done.acquirer is not None:
        gone |= {
            "acquiree_rate": "1",
            "acquirer_rate": plain(done.rate),
            "acquirer_symbol": done.acquirer.symbol,
            "acquirer_cusip": done.acquirer.cusip,
            "acquirer_qty": plain(done.acquirer_qty),
        }
    if done.cash_rate is None:
        return gone
    return gone | {"cash_rate": plain(done.cash_rate), "cash_payout": plain(done.cash_paid)}


def name_change(done: NameChange, date: str) -> Payload:
    """The same CUSIP under another symbol."""
    return {
        "old_symbol": done.old.symbol,
        "new_symbol": done.new.symbol,
        "old_cusip": done.old.cusip,
        "new_cusip": done.new.cusip,
        "position_qty": plain(done.qty),
        "position_date": date,
    }


def worthless_removal(done: WorthlessRemoval, date: str) -> Payload:
    """What is removed."""
    return security(done.asset) | {"removed_qty": plain(done.qty), "position_date": date}


def contract_swap(done: ContractSwap, date: str) -> Payload:
    """The contract before and after a spin-off of its underlying."""
    return {
        "old_contract_symbol": done.old.symbol,
        "new_contract_symbol": done.new.symbol,
        "qty": plain(done.qty),
        "source_symbol": done.underlying.symbol,
        "source_cusip": done.underlying.cusip,
        "source_rate": "1",
        "source_price": plain(done.underlying.prices[0]),
        "new_symbol": done.spun_off.symbol,
        "new_cusip": done.spun_off.cusip,
        "new_rate": plain(done.rate),
        "new_price": plain(done.spun_off.prices[0]),
        "position_date": date,
    }


def security(asset: Asset | None) -> Payload:
    """The asset that an activity names."""
    return {"symbol": asset.symbol, "cusip": asset.cusip} if asset else {}
