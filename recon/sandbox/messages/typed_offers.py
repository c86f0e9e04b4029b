"""The `details` of rights, offers, spin-offs, reorganisations and unit splits, by the schema."""

from __future__ import annotations

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.exact import plain
from recon.sandbox.books.model import Payload
from recon.sandbox.books.offer_causes import (
    FreeDelivery,
    InLieu,
    OtherAction,
    Reorganisation,
    RightsExercise,
    RightsGiven,
    SpinOff,
    UnitSplit,
)


def other_action(activity: Activity, action: OtherAction) -> Payload:
    """The fields of that kind; a reorganisation's legs have each their own."""
    date: Payload = {"position_date": activity.system_date.isoformat()}
    match action:
        case UnitSplit() as split:
            dates = dict.fromkeys(("payable_date", "effective_date"), date["position_date"])
            fields = date | dates | _unit_split(split)
        case SpinOff() as spin:
            fields = date | _spin_off(spin)
        case Reorganisation() as reorganisation:
            fields = _reorganisation(activity, reorganisation)
        case RightsGiven() as given:
            fields = date | _rights(given)
        case RightsExercise(rights, new):
            fields = _securities("source", rights) | _securities("new", new)
            fields |= {"group_id": activity.group_id}
        case FreeDelivery(external_id, contra):
            fields = {"external_id": external_id, "contra": contra, "symbol": _symbol(activity)}
        case InLieu(asset):
            fields = {"symbol": asset.symbol, "cusip": asset.cusip}
        case _:
            raise ValueError(f"expected an action of this module; saw {action}")
    return fields


def _unit_split(split: UnitSplit) -> Payload:
    old, new = _securities("old", split.unit), _securities("new", split.share)
    return old | new | _securities("alternate", split.alternate) | {
        "old_qty": plain(split.unit_qty),
        "new_qty": plain(split.unit_qty),
        "alternate_qty": plain(split.alternate_qty),
        "old_rate": "1",
        "new_rate": "1",
        "alternate_rate": plain(split.alternate_rate),
    }  # fmt: skip


def _spin_off(spin: SpinOff) -> Payload:
    return _securities("source", spin.source) | _securities("new", spin.new) | {
        "source_qty": plain(spin.source_qty),
        "new_qty": plain(spin.new_qty),
        "source_rate": "1",
        "new_rate": plain(spin.rate),
        "source_price": plain(spin.source_price),
        "new_price": plain(spin.new_price),
    }  # fmt: skip


def _reorganisation(activity: Activity, done: Reorganisation) -> Payload:
    if activity.net_amount:
        return {"cash_rate": plain(done.cash_rate), "cash_payout": plain(done.cash_paid)}
    source: Payload = {"source_symbol": done.source.symbol}
    if activity.qty == -done.source_qty:
        return source | {"removed_qty": plain(done.source_qty)}
    return source | {
        "symbol": done.new.symbol,
        "qty": plain(done.new_qty),
        "source_qty": plain(done.source_qty),
        "source_rate": str(done.source_rate),
        "new_rate": str(done.new_rate),
    }


def _rights(given: RightsGiven) -> Payload:
    return _securities("source", given.source) | _securities("new", given.rights) | {
        "source_qty": plain(given.source_qty),
        "new_qty": plain(given.new_qty),
        "rate": plain(given.rate),
        "expiration_date": given.expires.isoformat(),
    }  # fmt: skip


def _securities(name: str, asset: Asset) -> Payload:
    return {f"{name}_symbol": asset.symbol, f"{name}_cusip": asset.cusip}


def _symbol(activity: Activity) -> str:
    return activity.asset.symbol if activity.asset else ""
