"""What the older activity stream says in words: takes an activity, gives its description."""

from __future__ import annotations

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import (
    Action,
    Charge,
    ContractSwap,
    Dividend,
    ExecutionFee,
    Journal,
    Merger,
    NameChange,
    Note,
    SaleFee,
    Split,
    TradeFee,
    Withdrawal,
    Withholding,
    WorthlessRemoval,
)
from recon.sandbox.books.exact import ZERO, half_up, plain
from recon.sandbox.books.issuer_causes import Coupon, Delivery, Maturity
from recon.sandbox.books.offer_causes import OtherAction
from recon.sandbox.messages.offer_words import words


def description(activity: Activity) -> str:
    """The words for what the activity is booked for."""
    match activity.cause:
        case Note(noted):
            text = noted
        case Charge(traded, name):
            text = f"{traded} {name}"
        case SaleFee() | TradeFee() | ExecutionFee() as fee:
            text = _fee(activity, fee)
        case Withdrawal() as sent:
            text = _withdrawal(sent)
        case Journal(journal_id, sender, receiver):
            of_shares = activity.entry_type == "JNLS"
            text = f"ID: {sender} - {receiver}" if of_shares else f"Journal ID: {journal_id}"
        case Withholding() as withheld:
            text = _withholding(withheld)
        case OtherAction() as other:
            text = words(activity, other)
        case None | Delivery() | Coupon() | Maturity():
            text = ""  # no sample of these says what their words are
        case action:
            text = _action(activity, action)
    return text


def _fee(activity: Activity, fee: SaleFee | TradeFee | ExecutionFee) -> str:
    match fee:
        case SaleFee():
            return _sale_fee(activity, fee)
        case TradeFee():
            return _trade_fee(activity, fee)
    return "OCC Clearing Fee" if activity.sub_type == "OCC" else "Commission"


def _action(activity: Activity, action: Action) -> str:
    match action:
        case Dividend(rate, qty, recorded):
            kind = "Stock" if activity.sub_type == "SDIV" else "Cash"
            text = f"{kind} DIV @ {plain(rate)}, Pos QTY: {plain(qty)}, Rec Date: {recorded}"
        case Split() as split:
            text = _split(activity, split)
        case Merger() as merger:
            text = _merger(merger)
        case NameChange(old, new):
            text = f"Name Change from {old.symbol} to {new.symbol}"
        case WorthlessRemoval(asset):
            text = f"Worthless Removal - {asset.symbol}"
        case ContractSwap():
            leg = "REMOVE old" if activity.asset == action.old else "ADD new"
            text = f"{leg} contract symbol"
    return text


def _withdrawal(sent: Withdrawal) -> str:
    kind = "return" if sent.returned else "none"
    return f"type: ach, subtype: {kind}, statement_id: {sent.statement_id}, direction: OUTGOING"


def _withholding(withheld: Withholding) -> str:
    return (
        f"DIV tax withholding on ${plain(withheld.gross)} at {plain(withheld.rate)}% "
        f"for tax country {withheld.country}; w8w9: w8"
    )


def _sale_fee(activity: Activity, fee: SaleFee) -> str:
    """What drives the fee of that sub type."""
    drivers = {
        "REG": f"${plain(half_up(fee.proceeds, 2))}",
        "TAF": f"{plain(fee.units)} shares ({fee.trades} trades)",
    }
    driver = drivers[activity.sub_type]
    return (
        f"{activity.sub_type} fee for proceed of {driver} on {fee.traded} by {fee.account_number}"
    )


def _trade_fee(activity: Activity, fee: TradeFee) -> str:
    """How much was traded; no text of a CAT fee is published, it is taken to be as that of TAF."""
    driver = (
        f"{plain(fee.units)} contracts" if activity.sub_type == "ORF"
        else f"{plain(fee.units)} shares ({fee.trades} trades)"
    )  # fmt: skip
    return (
        f"{activity.sub_type} fee for proceed of {driver} on {fee.traded} by {fee.account_number}"
    )


def _split(activity: Activity, split: Split) -> str:
    """The same quantities on both legs, which differ by their CUSIP."""
    added = activity.asset is not None and activity.asset.cusip == split.new_cusip
    return (
        f"{'ADD' if added else 'REMOVE'}, From QTY:{plain(-split.old_qty)}, "
        f"To QTY:{plain(split.new_qty)}, Position Value:{plain(split.value)}"
    )


def _merger(merger: Merger) -> str:
    if merger.acquirer is None:
        return f"Cash Merger ${_rate(merger)} per share"
    shares = f"{plain(merger.rate)} {merger.acquirer.symbol}"
    if merger.cash_rate is None:
        return f"Stock Merger {shares} for 1 {merger.acquiree.symbol}"
    return f"Stock Cash Merger {shares} and ${_rate(merger)} for 1 {merger.acquiree.symbol}"


def _rate(merger: Merger) -> str:
    return plain(merger.cash_rate or ZERO)
