"""What a JSON text says, whatever its spelling. Pure: takes a text, gives a hash of its content.

Two texts have the same content if they have the same members and values: white space, the order of
members and the escapes of a string do not matter, and a number is its exact value, so that 1.50,
1.5 and 15e-1 are one. A number and a string of the same digits differ, and so do strings that
differ in anything. Of a name that comes more than once in one object every value counts, in order.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

NUMBER, OBJECT, SPELLED = 0, 1, 2  # no number is left bare, so these never come from the text
EXPONENT_DIGITS_MAX = 18


def content_hash(text: str) -> str:
    """Sha256 of what a JSON text says; of the text itself where it cannot be read as JSON."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_refuse,
        )
        said = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        said = "not JSON: " + text
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _members(pairs: list[tuple[str, Any]]) -> tuple[int, list[tuple[str, Any]]]:
    """By name; the values of a repeated name stay in their order, since the last one holds."""
    return OBJECT, sorted(pairs, key=lambda pair: pair[0])


def _number(text: str) -> tuple[int, str]:
    """Digits without zeros at either end, and the power of ten: exact however long or large.

    An exponent beyond any use stays as it is spelled, so that nothing is ever worked out of it.
    """
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.removeprefix("-").partition(".")
    digits = (whole + fraction).rstrip("0")
    if not digits.strip("0"):
        return NUMBER, "0"
    if len(exponent) > EXPONENT_DIGITS_MAX:
        return SPELLED, text
    power = int(exponent or 0) + len(whole) - len(digits)
    sign = "-" if mantissa.startswith("-") else ""
    return NUMBER, f"{sign}{digits.lstrip('0')}e{power}"


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")
