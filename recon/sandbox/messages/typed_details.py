"""The `details` of a typed activity: takes an activity, gives what it is booked for as fields."""

from __future__ import annotations

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import (
    Dividend,
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
from recon.sandbox.messages import typed_actions
from recon.sandbox.messages.typed_issuers import issuer_fields


def details(activity: Activity) -> Payload:
    """The system date, the corporate action if it is one, and the fields of that kind."""
    common: Payload = {"system_date": activity.system_date.isoformat()}
    if activity.ca_id:
        common |= {"ca_id": activity.ca_id, "group_id": activity.group_id}
    return common | _of_cause(activity)


def _of_cause(activity: Activity) -> Payload:
    """The fields of a cause; none of charges, fees and what is only noted."""
    date, fields = activity.system_date.isoformat(), Payload()
    match activity.cause:
        case Withdrawal():
            fields = {"bank_transaction_id": derived_uuid(activity.identity, "bank")}
        case Journal(journal_id):
            fields = {"journal_id": journal_id}
            fields |= {"symbol": activity.asset.symbol} if activity.asset else {}
        case Withholding() as withheld:
            fields = _withholding(activity, withheld)
        case Dividend() as dividend:
            fields = typed_actions.dividend(activity, dividend)
        case Split() as split:
            fields = typed_actions.split(activity, split)
        case Merger() as merger:
            fields = typed_actions.merger(merger, date)
        case NameChange() as change:
            fields = typed_actions.name_change(change, date)
        case Delivery() | Coupon() | Maturity() as issued:
            fields = issuer_fields(activity, issued)
        case WorthlessRemoval() as removal:
            fields = typed_actions.worthless_removal(removal, date)
    return fields


def _withholding(activity: Activity, withheld: Withholding) -> Payload:
    return {
        "parent_id": withheld.dividend_id,
        **typed_actions.security(activity.asset),
        "tax_rate": plain(withheld.rate),
        "tax_country": withheld.country,
    }
