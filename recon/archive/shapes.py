"""What the brokers publish of the shape of their events, from data/schema/shapes.csv.

A shape is a stream's, to which the kind of an event adds: the details of a stock dividend are
others than those of a fee. Gives for an event the members that it may have.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recon.archive.columns import Number
from recon.feeds.streams import (
    ACTIVITIES,
    ADMIN_ACTION,
    FUNDING_STATUS,
    IPO,
    JOURNAL_STATUS,
    NTA,
    UPVEST,
    Stream,
)
from recon.paths import folder

# The members that say of which kind an event is.
KINDS: Mapping[str, tuple[str, ...]] = {
    ACTIVITIES.name: ("activity_type", "activity_subtype"),
    NTA.name: ("entry_type", "entry_sub_type"),
    ADMIN_ACTION.name: ("type",),
    FUNDING_STATUS.name: ("entity_type",),
    IPO.name: ("verb",),
}


@dataclass(frozen=True)
class Member:
    """What one place may hold. Without types anything, without values any of its types. `names`
    are the members of an object that is closed; None says that it may have any."""

    types: frozenset[str]
    values: frozenset[str]
    required: frozenset[str]
    names: frozenset[str] | None = None


Shape = Mapping[str, Member]


@functools.cache
def published() -> Mapping[str, Shape]:
    """Every shape by its name; a place is a dotted path, the elements of an array end in []."""
    shapes: dict[str, dict[str, Member]] = {}
    path = folder("data") / "schema" / "shapes.csv"
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        types, values, required = (
            frozenset(row[name].split("|")) if row[name] else frozenset()
            for name in ("types", "values", "required")
        )
        shapes.setdefault(row["shape"], {})[row["path"]] = Member(types, values, required)
    return shapes


def kind_of(stream: Stream, event: Mapping[str, Any]) -> str:
    """The kind of an event, such as `DIV/CDIV`, as far as its stream has kinds."""
    if stream is JOURNAL_STATUS:
        return "1" if "event_ulid" in event or isinstance(event.get("event_id"), Number) else ""
    if stream is UPVEST:
        held = event.get("object")
        is_business = isinstance(held, dict) and held.get("type") == "BUSINESS"
        kind = str(event.get("type")).partition(".")[0]
        return kind + "/BUSINESS" if is_business and kind == "ACCOUNT_GROUP" else kind
    parts = [event.get(name) for name in KINDS.get(stream.name, ())]
    return "/".join(str(part)[:60] for part in parts if part not in (None, ""))


@functools.lru_cache(maxsize=4096)  # kinds that nobody publishes may be without number
def shape_of(stream: str, kind: str) -> Shape | None:
    """What an event of that kind may have; None for a kind that is not published."""
    shapes = published()
    if not kind:
        return _closed(shapes[stream])
    more = shapes.get(f"{stream}:{kind}")
    if more is None:
        return None
    base = {} if stream == JOURNAL_STATUS.name else shapes[stream]
    root = Member(
        frozenset({"object"}),
        frozenset(),
        more[""].required | (base[""].required if base else frozenset()),
    )
    return _closed({**base, **more, "": root})


def _closed(shape: Shape) -> Shape:
    """With the names of the members of each object that has any."""
    names: dict[str, set[str]] = {}
    for path in shape:
        if path and not path.endswith("[]"):
            above, _, name = path.rpartition(".")
            names.setdefault(above, set()).add(name)
    return {
        path: Member(
            member.types,
            member.values,
            member.required,
            frozenset(names[path]) if path in names else None,
        )
        for path, member in shape.items()
    }
