"""The non-trade activity event of the older stream: takes an activity, gives its payload.

Amounts are JSON numbers. What the amounts follow from is in words only.
"""

from __future__ import annotations

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import ExecutionFee
from recon.sandbox.books.clock import to_microseconds
from recon.sandbox.books.model import Payload
from recon.sandbox.messages.descriptions import description

# The actions whose legs this stream names the group of.
_GROUPED = ("SCMA", "REOSC", "VRGT", "OPCSH")
_WITHOUT_SUB_TYPE = (("REORG", "WRM"), ("FEE", "ORF"), ("FEE", "OCC"))


def activity_payload(activity: Activity) -> Payload:
    """The event, its ULID still to come; fields that do not apply are absent, as in the samples."""
    asset = activity.asset
    payload: Payload = {
        "id": activity.identity,
        "qty": activity.qty,
        "price": activity.price,
        "status": activity.status,
        "symbol": asset.symbol if asset else "",
    }
    if asset and asset.cusip:
        payload["cusip"] = asset.cusip
    if activity.sub_type in _GROUPED or activity.entry_type in _GROUPED:
        payload["group_id"] = activity.group_id
    payload |= {
        "entry_type": activity.entry_type,
        "net_amount": activity.net_amount,
        "description": description(activity),
        "settle_date": activity.settle_date.isoformat(),
        "system_date": activity.system_date.isoformat(),
    }
    if isinstance(activity.cause, ExecutionFee):
        payload["execution_id"] = activity.cause.execution_id
    if activity.sub_type and (activity.entry_type, activity.sub_type) not in _WITHOUT_SUB_TYPE:
        payload["entry_sub_type"] = activity.sub_type
    return payload | {
        "per_share_amount": activity.per_share,
        "account_id": activity.account_id,
        "at": to_microseconds(activity.at),
        "event_ulid": "",
    }
