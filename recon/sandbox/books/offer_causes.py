"""What rights, offers, spin-offs, reorganisations and unit splits are booked for. Data only.

As in `causes`, the legs of one action of an account share one cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.assets import Asset


@dataclass(frozen=True)
class OtherAction:
    """Any of the actions here."""


@dataclass(frozen=True)
class FreeDelivery(OtherAction):
    """Shares that another broker delivers free of payment."""

    external_id: str
    contra: str


@dataclass(frozen=True)
class UnitSplit(OtherAction):
    """A unit becomes a share and a part of a second security, its alternate."""

    unit: Asset
    share: Asset
    alternate: Asset
    unit_qty: Decimal
    alternate_qty: Decimal
    alternate_rate: Decimal


@dataclass(frozen=True)
class SpinOff(OtherAction):
    """`rate` new shares for one of the source; the prices are those of the cost legs."""

    source: Asset
    new: Asset
    source_qty: Decimal
    new_qty: Decimal
    rate: Decimal
    source_price: Decimal
    new_price: Decimal


@dataclass(frozen=True)
class Reorganisation(OtherAction):
    """`new_rate` new shares for `source_rate` old ones, and cash for each old one."""

    source: Asset
    new: Asset
    source_qty: Decimal
    new_qty: Decimal
    source_rate: int
    new_rate: int
    cash_rate: Decimal
    cash_paid: Decimal


@dataclass(frozen=True)
class RightsGiven(OtherAction):
    """`rate` rights for each share of the source, to be exercised until they expire."""

    source: Asset
    rights: Asset
    source_qty: Decimal
    new_qty: Decimal
    rate: Decimal
    expires: date


@dataclass(frozen=True)
class RightsExercise(OtherAction):
    """Rights are given up for new shares, against a subscription."""

    rights: Asset
    new: Asset
    expires: date


@dataclass(frozen=True)
class InLieu(OtherAction):
    """Money for the fraction of a share that a split left over."""

    asset: Asset
