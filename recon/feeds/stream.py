"""What a stream is: where it is read, what identifies an event, which columns are typed.

`columns` says what a segment's Parquet holds: `name path:kind`, a path being dotted into the
JSON, with `|` between the names of one member that the broker spells in two ways. Kinds: text,
decimal (exact, 38 digits, 9 after the point), scale (digits printed after the point), instant
(nanoseconds, UTC), date, flag (true or false), json (kept as JSON, every number as its text).
A column that a release adds comes last; of what an earlier one archived it is null.
An event that lacks a `required` column is archived and reported, but not booked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """One typed column of a segment."""

    name: str
    path: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Stream:
    """One feed of the broker; without a `path` it is delivered, not read.

    `identity` are the paths tried in order for an event's identity, `params` are asked with every
    reading. `dated` is a stream whose window one of the broker's documents writes with dates and
    another with instants. `removed` says since when the broker may no longer serve it, and what to
    do instead.
    """

    name: str
    path: str
    identity: tuple[str, ...]
    required: tuple[str, ...]
    columns: tuple[Column, ...]
    params: tuple[tuple[str, str], ...] = ()
    dated: bool = False
    removed: str = ""


def columns(text: str) -> tuple[Column, ...]:
    """`name path:kind` lines; the path may be left out where it equals the name."""
    parsed = []
    for line in text.strip().splitlines():
        name, _, rest = line.strip().partition(" ")
        path, _, kind = rest.strip().rpartition(":")
        parsed.append(Column(name, tuple((path or name).split(".")), kind))
    return tuple(parsed)


def member(held: Mapping[str, Any], key: str) -> Any:
    """The member of that name; of one that is spelled in two ways the first that is there."""
    if "|" not in key:
        return held.get(key)
    return next((held[name] for name in key.split("|") if held.get(name) is not None), None)
