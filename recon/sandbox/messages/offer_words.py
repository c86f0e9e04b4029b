"""What the older activity stream says of rights, offers, spin-offs and unit splits in words.

The words of a spin-off, of rights and of their exercise are those of the samples; of the others
no sample is published, and nothing is said.
"""

from __future__ import annotations

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.exact import half_up, plain, times
from recon.sandbox.books.offer_causes import (
    OtherAction,
    RightsExercise,
    RightsGiven,
    SpinOff,
    UnitSplit,
)


def words(activity: Activity, action: OtherAction) -> str:
    """The description of one leg."""
    match action:
        case UnitSplit() as split:
            text = _unit_split(activity, split)
        case SpinOff() as spin:
            text = _spin_off(activity, spin)
        case RightsGiven(source):
            text = f"{source.symbol} rights distribution"
        case RightsExercise(_, new, expires):
            text = f"Rights Exercise (symbol {new.symbol}; expiration {expires:%m/%d/%y})"
        case _:
            text = ""
    return text


def _unit_split(activity: Activity, split: UnitSplit) -> str:
    value = half_up(times(abs(activity.qty), activity.price or activity.qty * 0), 2)
    return (
        f"{'REMOVE' if activity.qty < 0 else 'ADD'}, From QTY:{plain(-split.unit_qty)}, "
        f"To QTY:{plain(split.unit_qty)}, Position Value:{plain(value)}"
    )


def _spin_off(activity: Activity, spin: SpinOff) -> str:
    if activity.asset != spin.source:
        return (
            f"Target Symbol: {spin.new.symbol}, Initiating Symbol: {spin.source.symbol}, "
            f"{plain(spin.rate)} {spin.new.symbol} for each 1 {spin.source.symbol}"
        )
    leg = "REMOVE" if activity.qty < 0 else "ADD"
    return f"{leg}, Cost basis adjustment for source company"
