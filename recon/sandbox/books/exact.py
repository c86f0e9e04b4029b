"""Exact numbers: takes Decimals, gives rounded Decimals and JSON text, never a float.

Python's own JSON writer knows no Decimal and prints numbers through a double; the broker's
non-trade activities carry their amounts as JSON numbers, so this writes every digit itself.
"""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

EXACT = Context(prec=60)
CENT = Decimal("0.01")
ZERO = Decimal(0)

_JSON = json.JSONEncoder(ensure_ascii=False)


def half_up(value: Decimal, places: int) -> Decimal:
    """The value rounded to so many places, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)


def cents_up(value: Decimal) -> Decimal:
    """The value rounded away from zero to the cent."""
    return value.quantize(CENT, rounding=ROUND_UP, context=EXACT)


def truncated(value: Decimal, places: int) -> Decimal:
    """The value cut after so many places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN, context=EXACT)


def times(*factors: Decimal) -> Decimal:
    """The exact product."""
    product = Decimal(1)
    for factor in factors:
        product = EXACT.multiply(product, factor)
    return product


def ratio(numerator: Decimal, denominator: Decimal, places: int) -> Decimal:
    """The quotient rounded half-up once, from the exact fraction."""
    scaled = Fraction(numerator) / Fraction(denominator) * 10**places
    magnitude = int(abs(scaled) + Fraction(1, 2))
    return Decimal(magnitude if scaled >= 0 else -magnitude).scaleb(-places)


def plain(value: Decimal) -> str:
    """The number as the broker prints it: no exponent, no trailing zeros, no minus zero."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def encode(value: object) -> str:
    """JSON text on one line; Decimals become JSON numbers with exactly their digits.

    Raises ValueError for anything that JSON has no exact form for.
    """
    if isinstance(value, Decimal):
        return plain(value)
    if value is None or isinstance(value, str | bool | int):
        return _JSON.encode(value)
    if isinstance(value, dict):
        members = [f"{_JSON.encode(key)}:{encode(member)}" for key, member in value.items()]
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(encode(item) for item in value) + "]"
    raise ValueError(f"expected a value that JSON holds exactly; saw {type(value).__name__}")
