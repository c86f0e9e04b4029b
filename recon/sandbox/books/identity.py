"""Identifiers from a seeded generator: takes random.Random, gives UUIDs, ULIDs, CUSIPs."""

from __future__ import annotations

import random
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ENTROPY_BITS = 80
_TIME_BITS = 48
_ULID_LENGTH = 26
_TWIN_BIT = 40  # high enough to show, low enough to stay inside the millisecond


def new_uuid(rng: random.Random) -> str:
    """A random UUID of version 4."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def ulid(milliseconds: int, entropy: int) -> str:
    """A ULID: 48 bits of publication time and 80 bits of entropy. Raises ValueError if too big."""
    if not (0 <= milliseconds < 1 << _TIME_BITS and 0 <= entropy < 1 << ENTROPY_BITS):
        raise ValueError(f"expected 48 and 80 bits; saw {milliseconds} and {entropy}")
    number = milliseconds << ENTROPY_BITS | entropy
    letters = []
    for _ in range(_ULID_LENGTH):
        number, digit = divmod(number, len(CROCKFORD))
        letters.append(CROCKFORD[digit])
    return "".join(reversed(letters))


def ulid_milliseconds(text: str) -> int:
    """The publication time in a ULID. Raises ValueError for a letter outside the alphabet."""
    return _number(text) >> ENTROPY_BITS


def later_ulid(text: str, milliseconds: int) -> str:
    """A ULID with the same entropy and a later time. Raises ValueError for no ULID."""
    number = _number(text) + (milliseconds << ENTROPY_BITS)
    return ulid(number >> ENTROPY_BITS, number & ((1 << ENTROPY_BITS) - 1))


def twin_ulid(text: str, place: int = 0) -> str:
    """Another ULID of the same time; twins sort as the ULIDs they are made of, then by place."""
    number = _number(text) + (1 << _TWIN_BIT) + place
    return ulid(number >> ENTROPY_BITS, number & ((1 << ENTROPY_BITS) - 1))


def derived_uuid(*parts: str) -> str:
    """The one UUID that belongs to these texts."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(parts)))


def new_cusip(rng: random.Random) -> str:
    """Eight random characters with a right check digit, so a CUSIP check finds nothing."""
    stem = f"{rng.randrange(100000, 1000000)}{rng.randrange(10, 100)}"
    return with_check_digit(stem)


def with_check_digit(stem: str) -> str:
    """Eight characters and their CUSIP check digit: every second value doubled, digits summed."""
    return stem + _check_digit(stem)


def _check_digit(stem: str) -> str:
    total = 0
    for position, character in enumerate(stem):
        value = int(character, 36) * (1 + position % 2)
        total += value // 10 + value % 10
    return str(-total % 10)


def _number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * len(CROCKFORD) + CROCKFORD.index(letter)
    return number
