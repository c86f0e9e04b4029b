"""Cuts a JSON array into the exact texts of its elements. Pure; no digit is read as a number.

A value that nests deeper than any reader goes is cut out by its brackets alone, so that it is one
text, which nobody can read, and those beside it are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

BLANKS = re.compile(r"[ \t\r\n]*")
NESTING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
DECODER = json.JSONDecoder(parse_int=str, parse_float=str)  # int() refuses endless digits


def elements(text: str, start: int = 0) -> list[str]:
    """The texts of the elements of the array that begins at `start`.

    Raises ValueError where no array begins there, or it is cut.
    """
    return [element for element, _ in each_element(text, start)]


def each_element(text: str, start: int = 0) -> Iterator[tuple[str, int]]:
    """The same one by one, each with the place after it: what is whole before a cut is given."""
    place = past_blanks(text, start)
    if text[place : place + 1] != "[":
        raise ValueError(f"expected an array, saw {text[place : place + 20]!r}")
    place = past_blanks(text, place + 1)
    first = True
    while text[place : place + 1] != "]":
        if not first:
            if text[place : place + 1] != ",":
                raise ValueError(f"expected a comma, saw {text[place : place + 20]!r}")
            place = past_blanks(text, place + 1)
        first = False
        end = past_value(text, place)
        yield text[place:end], end
        place = past_blanks(text, end)


def framed(data: str) -> list[str]:
    """The events of one SSE frame: the elements of an array, as the broker's documents print some
    frames, else the whole. What is no whole array stays one text, to be kept as it came."""
    start = past_blanks(data, 0)
    if data[start : start + 1] != "[":
        return [data]
    try:
        end = past_value(data, start)
        return elements(data, start) if past_blanks(data, end) == len(data) else [data]
    except ValueError:
        return [data]


def past_value(text: str, place: int) -> int:
    """The place after the value that begins there. Raises ValueError where none does, or it is
    cut."""
    try:
        _, end = DECODER.raw_decode(text, place)
    except RecursionError:
        end = past_brackets(text, place)
    return end


def past_brackets(text: str, place: int) -> int:
    """The place after the bracket that closes the one that opens there. Raises ValueError."""
    depth = 0
    for match in NESTING.finditer(text, place):
        sign = match[0]
        depth += (sign in "[{") - (sign in "]}")
        if depth == 0:
            return match.end()
    raise ValueError("expected a bracket that closes the first, saw the end")


def past_blanks(text: str, place: int) -> int:
    """The next place that is no blank."""
    match = BLANKS.match(text, place)
    return match.end() if match else place
