"""One booking that is no trade, as the object that every stream prints. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import Cause
from recon.sandbox.books.exact import ZERO


@dataclass(frozen=True)
class Activity:
    """A non-trade activity. Signed quantity and dollars; `at` in UTC nanoseconds.

    `ca_id` is the corporate action, `group_id` its legs for this account.
    """

    identity: str
    account_id: str
    at: int
    system_date: date
    settle_date: date
    entry_type: str
    sub_type: str = ""
    qty: Decimal = ZERO
    net_amount: Decimal = ZERO
    price: Decimal | None = None
    per_share: Decimal | None = None
    asset: Asset | None = None
    cause: Cause | None = None
    status: str = "executed"
    ca_id: str = ""
    group_id: str = ""
