"""Cuts a JSON array into the exact texts of its elements. Pure; no digit is read as a number."""

from __future__ import annotations

import json
import re

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def elements(text: str, start: int = 0) -> list[str]:
    """The texts of the elements of the array that begins at `start`.

    Raises ValueError where no array begins there, or it is cut.
    """
    texts: list[str] = []
    place = _after(text, start)
    if text[place : place + 1] != "[":
        raise ValueError(f"expected an array, saw {text[place : place + 20]!r}")
    place = _after(text, place + 1)
    while text[place : place + 1] != "]":
        if texts:
            if text[place : place + 1] != ",":
                raise ValueError(f"expected a comma, saw {text[place : place + 20]!r}")
            place = _after(text, place + 1)
        _, end = _DECODER.raw_decode(text, place)
        texts.append(text[place:end])
        place = _after(text, end)
    return texts


def _after(text: str, place: int) -> int:
    """The next place that is no blank."""
    match = _BLANK.match(text, place)
    return match.end() if match else place
