"""Non-trade activities in the typed shape: takes an activity, gives its payload.

`asset` is left out of the legs of renames and mergers for stock: whose symbol a leg moves then
follows from its sign only.
"""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.clock import to_microseconds
from recon.sandbox.books.exact import plain
from recon.sandbox.books.model import Payload
from recon.sandbox.messages.typed_details import details

_WITHOUT_ASSET = ("SNC", "SMA")


def typed_activity(activity: Activity) -> Payload:
    """The payload of an executed activity; its event id is still to come."""
    at = to_microseconds(activity.at)
    typed: Payload = {
        "account_id": activity.account_id,
        "at": at,
        "event_id": "",
        "activity_type": activity.entry_type,
    }
    if activity.sub_type:
        typed["activity_subtype"] = activity.sub_type
    typed |= {
        "executed_at": at,
        "status": activity.status,
        "settle_date": activity.settle_date.isoformat(),
        "currency": "USD",
        "qty": plain(activity.qty),
        "price": plain(activity.price or Decimal(0)),
        "net_amount": plain(activity.net_amount),
    }
    if activity.asset and activity.sub_type not in _WITHOUT_ASSET:
        typed["asset"] = _asset(activity.asset)
    return typed | {"details": details(activity), "ref_id": activity.identity}


def _asset(asset: Asset) -> Payload:
    named: Payload = {"id": asset.asset_id, "symbol": asset.symbol}
    return named | ({"cusip": asset.cusip} if asset.cusip else {})
