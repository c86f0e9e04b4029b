"""What the archive holds that the brokers' published schemas do not have, once for each kind.

Takes the archive, gives findings; changes nothing. A member that is null counts as absent unless
the schema requires it.
"""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import pendulum

from recon.archive.archive import Archive
from recon.archive.columns import NUMBERS_AS_TEXTS, Number, read_row
from recon.archive.shapes import Shape, kind_of, shape_of
from recon.feeds.streams import ACTIVITIES, NTA, Stream
from recon.paths import folder
from recon.window import as_z

SECOND = 1_000_000_000
SEEN_MAX = 60  # letters of a value that are shown
DETAILED = ("details", "payload", "object", "context", "status_from", "status_to")
REPEATED = "\0repeated"  # no JSON member of this name is ever looked at


@dataclass(frozen=True)
class Finding:
    """One kind of deviation: where, of which kind of event, and what was seen there.

    `what` is unknown_member, unknown_value, unknown_type, missing_member, wrong_type,
    repeated_member or not_json. `fetch`, `first_seen` and `example` are of the first such event.
    `known` says since when it is known, and why it is harmless; empty for what is new.
    """

    stream: str
    kind: str
    path: str
    what: str
    seen: str
    count: int
    fetch: int
    first_seen: str
    example: str
    known: str


Place = tuple[str, str, str]  # path, what, seen


def find_drift(archive: Archive, streams: Iterable[Stream]) -> list[Finding]:
    """Every kind of deviation in those streams, new ones first. Raises SegmentDamaged."""
    found: dict[tuple[str, str, str, str, str], Finding] = {}
    for stream in streams:
        for fetch in archive.of(stream):
            for segment in fetch.segments:
                for text in archive.texts(stream, segment):
                    for kind, (path, what, seen) in deviations(stream, text):
                        key = (stream.name, kind, path, what, seen)
                        if key in found:
                            found[key] = replace(found[key], count=found[key].count + 1)
                        else:
                            found[key] = _first(stream, key, fetch.fetch, text)
    return sorted(found.values(), key=lambda f: (f.known != "", f.stream, f.kind, f.path, f.seen))


def deviations(stream: Stream, text: str) -> Iterator[tuple[str, Place]]:
    """What one event has that its schema has not, each with the kind of event it belongs to."""
    try:
        event = json.loads(text, object_pairs_hook=_object, **NUMBERS_AS_TEXTS)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        yield "", ("", "not_json", "no JSON object")
        return
    kind = kind_of(stream, event)
    shape = shape_of(stream.name, kind)
    if shape is None:
        yield "", ("", "unknown_type", kind[:SEEN_MAX])
        shape = shape_of(stream.name, "")
    for place in _walk(shape or {}, "", event):
        yield kind if place[0].split(".")[0] in DETAILED else "", place


def _walk(shape: Shape, path: str, value: Any) -> Iterator[Place]:
    member = shape[path]
    kinds = _types(value)
    if member.types and not kinds & member.types:
        expected = " or ".join(sorted(member.types))
        yield path, "wrong_type", f"{min(kinds)} for {expected}"
    elif isinstance(value, dict):
        yield from _walk_object(shape, path, value)
    elif isinstance(value, list):
        if f"{path}[]" in shape:
            for each in value:
                yield from _walk(shape, f"{path}[]", each)
    elif member.values and isinstance(value, str) and value not in {"", *member.values}:
        yield path, "unknown_value", value[:SEEN_MAX]


def _walk_object(shape: Shape, path: str, value: Mapping[str, Any]) -> Iterator[Place]:
    member, within = shape[path], path + "." if path else ""
    for name in member.required - value.keys():
        yield within + name, "missing_member", ""
    for name in value.get(REPEATED, ()):
        yield within + name[:SEEN_MAX], "repeated_member", ""
    if member.names is None:
        return
    for name, held in value.items():
        if name in member.names:
            if held is not None or name in member.required:
                yield from _walk(shape, within + name, held)
        elif name != REPEATED:
            yield within + name[:SEEN_MAX], "unknown_member", next(iter(sorted(_types(held))))


def _types(value: Any) -> set[str]:
    """The JSON types that a value has: an integer is a number too."""
    if isinstance(value, Number):
        return {"number"} if set(value) & set(".eE") else {"integer", "number"}
    names = {str: "string", bool: "boolean", dict: "object", list: "array"}
    return {names.get(type(value), "null")}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; names that come more than once are kept beside."""
    event = dict(pairs)
    if len(event) < len(pairs):
        names = [name for name, _ in pairs]
        event[REPEATED] = sorted({name for name in names if names.count(name) > 1})
    return event


def _first(stream: Stream, key: tuple[str, str, str, str, str], fetch: int, text: str) -> Finding:
    row = read_row(stream, text)
    at = row.event_at
    first_seen = "" if at is None else as_z(pendulum.from_timestamp(at // SECOND))
    name, kind, path, what, seen = key
    return Finding(
        name, kind, path, what, seen, 1, fetch, first_seen, row.identity,
        _known(name, kind, path, what, seen),
    )  # fmt: skip


def _known(stream: str, kind: str, path: str, what: str, seen: str) -> str:
    """What the committed tables say of a deviation."""
    types, lines = _tables()
    if what == "unknown_type" and seen in types and stream in (ACTIVITIES.name, NTA.name):
        return "data/activity_types.csv says what it moves"
    for line in lines:
        if (
            fnmatchcase(stream, line["stream"])
            and fnmatchcase(kind, line["kind"])
            and fnmatchcase(path, line["path"])
            and what == line["what"]
            and line["seen"] in ("", seen)
        ):
            return f"{line['known']} ({line['source']})"
    return ""


@functools.cache
def _tables() -> tuple[frozenset[str], list[dict[str, str]]]:
    """The listed types of activities, and the lines of known deviations."""
    data = folder("data")
    types = csv.DictReader((data / "activity_types.csv").read_text("utf-8").splitlines())
    listed = {"/".join(filter(None, (t["entry_type"], t["entry_sub_type"]))) for t in types}
    known = csv.DictReader((data / "schema" / "known.csv").read_text("utf-8").splitlines())
    return frozenset(listed), list(known)
