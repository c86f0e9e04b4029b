"""What the income of a fund and a bond is booked for. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Delivery:
    """Securities that another broker delivers; the ids are of the transfer and its request."""

    external_id: str
    request_id: str


@dataclass(frozen=True)
class Coupon:
    """Dollars for each 1,000 of the face amount."""

    rate: Decimal
    face: Decimal


@dataclass(frozen=True)
class Maturity:
    """The face amount that is paid back."""

    face: Decimal
    paid: Decimal


IssuerCause = Delivery | Coupon | Maturity
