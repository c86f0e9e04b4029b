"""The `details` of a delivery, a coupon and a maturity, by the published schema."""

from __future__ import annotations

from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.exact import EXACT, plain, times
from recon.sandbox.books.issuer_causes import Coupon, Delivery, IssuerCause, Maturity
from recon.sandbox.books.model import Payload
from recon.sandbox.messages import typed_actions


def issuer_fields(activity: Activity, cause: IssuerCause) -> Payload:
    """The fields of that kind; a coupon and a maturity name the bond by its CUSIP alone."""
    named = typed_actions.security(activity.asset)
    payable = activity.settle_date.isoformat()
    dates: Payload = {"payment_date": payable, "position_date": payable}
    match cause:
        case Delivery(external_id, request_id):
            own: Payload = {"external_id": external_id, "request_id": request_id}
            return own | {"symbol": named.get("symbol", "")}
        case Coupon(rate, face):
            payout = EXACT.divide(times(face, rate), Decimal(1000))
            own = {"entitled_qty": plain(face), "cash_payout": plain(payout), "rate": plain(rate)}
            return own | dates | {"cusip": named.get("cusip", "")}
        case Maturity(face, paid):
            own = {"qty": plain(face), "cash_payout": plain(paid)}
            return own | dates | {"cusip": named.get("cusip", "")}
