"""The `details` of a typed activity: takes an activity, gives what it is booked for as fields."""

from __future__ import annotations

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import (
    ContractSwap,
    Dividend,
    ExecutionFee,
    Journal,
    Merger,
    NameChange,
    Split,
    Withdrawal,
    Withholding,
    WorthlessRemoval,
)
from recon.sandbox.books.exact import plain
from recon.sandbox.books.identity import derived_uuid
from recon.sandbox.books.issuer_causes import Coupon, Delivery, Maturity
from recon.sandbox.books.model import Payload
from recon.sandbox.books.offer_causes import OtherAction
from recon.sandbox.messages import typed_actions, typed_offers
from recon.sandbox.messages.typed_issuers import issuer_fields


def details(activity: Activity) -> Payload:
    """The system date, the corporate action if it is one, and the fields of that kind."""
    common: Payload = {"system_date": activity.system_date.isoformat()}
    if activity.ca_id:
        common |= {"ca_id": activity.ca_id}
    if activity.group_id:
        common |= {"group_id": activity.group_id}
    return common | _of_cause(activity)


def _of_cause(activity: Activity) -> Payload:
    """The fields of a cause; none of charges, fees and what is only noted."""
    fields = Payload()
    match activity.cause:
        case Withdrawal():
            fields = {"bank_transaction_id": derived_uuid(activity.identity, "bank")}
        case ExecutionFee(execution_id):
            fields = {"parent_id": execution_id}
        case Journal(journal_id):
            fields = {"journal_id": journal_id}
            fields |= {"symbol": activity.asset.symbol} if activity.asset else {}
        case Withholding() as withheld:
            fields = _withholding(activity, withheld)
        case Delivery() | Coupon() | Maturity() as issued:
            fields = issuer_fields(activity, issued)
        case OtherAction() as other:
            fields = typed_offers.other_action(activity, other)
        case (
            Dividend()
            | Split()
            | Merger()
            | NameChange()
            | WorthlessRemoval()
            | ContractSwap() as action
        ):
            fields = typed_actions.action_fields(activity, action)
    return fields


def _withholding(activity: Activity, withheld: Withholding) -> Payload:
    return {
        "parent_id": withheld.dividend_id,
        **typed_actions.security(activity.asset),
        "tax_rate": plain(withheld.rate),
        "tax_country": withheld.country,
    }
