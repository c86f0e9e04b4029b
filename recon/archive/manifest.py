"""The manifest: one line for each fetch, saying what was asked, what came and how it ended.

Append-only NDJSON. A segment exists only if a line names it; the line is written last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from recon.archive.quarantine import set_aside
from recon.archive.segment import RAW, TEMPORARY, TYPED, Segment
from recon.errors import ReconError
from recon.ndjson import Damaged, Expected, Log, append_lines, read_chained, stop
from recon.typed import typed
from recon.window import INSTANT, NEW_YORK, parse_instant

NAME = "manifest.ndjson"
INGESTED = "ingested"  # how a reading of a file ends: it proves nothing of what the broker has
OPENING = "opening"  # the line that names the statement the books begin with


class ManifestDamaged(ReconError):
    """A line of the manifest cannot be read."""


A_FETCH = Expected(
    "one JSON object with the fields of a fetch",
    "restore the manifest from a backup",
    ManifestDamaged,
)


@dataclass(frozen=True)
class Fetch:
    """One reading of one stream. `since` and `until` are RFC 3339 texts in UTC.

    `received` counts messages, `new` those archived by this fetch, `duplicates` those archived
    before with the same identity and content, `missing` those that an earlier fetch of the same
    time had and this one did not bring. `asked` says whether the broker took the window's ends as
    "instants" or "dates"; it is empty where the reading does not show it. `heads` names the head of
    the run index as it was then.
    """

    fetch: int
    stream: str
    since: str
    until: str
    ended: str
    received: int
    new: int
    duplicates: int
    missing: int = 0
    missing_identities: tuple[str, ...] = ()
    heartbeats: int = 0
    dropped: int = 0
    unknown_comments: tuple[str, ...] = ()
    started_at: str = ""
    segments: tuple[Segment, ...] = field(default=())
    asked: str = ""
    heads: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether this one reading is proven to be everything in its window."""
        return self.ended == "complete"

    def within(self, first: str, last: str) -> Fetch:
        """The fetch with only the segments that may have an event of those days, YYYY-MM-DD."""
        found = (s for s in self.segments if s.first_day <= last and (s.last_day or last) >= first)
        return replace(self, segments=tuple(found))


def read_manifest(archive: Path) -> list[Fetch]:
    """Every fetch, oldest first. A torn last line was never acknowledged and does not count."""
    return read_fetches(archive).lines


def read_fetches(archive: Path, damaged: Damaged = stop) -> Log[Fetch]:
    """The same, with the heads that the manifest has had. Raises ManifestDamaged."""
    return read_chained(archive / NAME, _fetch, A_FETCH, damaged)


def read_from_broker(fetches: Sequence[Fetch]) -> list[Fetch]:
    """Those that the broker itself answered, not those of files."""
    return [fetch for fetch in fetches if fetch.ended != INGESTED]


def next_number(fetches: Sequence[Fetch]) -> int:
    """The number of the fetch that comes after these."""
    return fetches[-1].fetch + 1 if fetches else 1


def opening_date(fetches: Sequence[Fetch]) -> date | None:
    """The system date whose statement opens the books, or None: they begin at zero."""
    for fetch in fetches:
        if fetch.stream == OPENING:
            return parse_instant(fetch.since).in_timezone(NEW_YORK).date()
    return None


def append(archive: Path, fetch: Fetch) -> str:
    """Add one line durably; gives its chain."""
    (chain,) = append_lines(archive / NAME, [asdict(fetch)])
    return chain


def sweep(archive: Path, fetches: Sequence[Fetch], *, known_lost: bool = False) -> None:
    """Clear what a killed run left: temporary files go, segments of the fetch after the last are
    set aside and kept.

    Any other segment without a line means that lines are lost: then nothing is moved and
    ManifestDamaged is raised, unless that is `known_lost`, because a person acknowledged it.
    """
    named = named_files(archive, fetches)
    unwritten = f"{next_number(fetches):06d}-"
    temporary, left = [], []
    for path in sorted(archive.glob("*/*")):
        if path.name.startswith(".") and path.name.endswith(TEMPORARY):
            temporary.append(path)
        elif path.name.endswith((RAW, TYPED)) and path not in named:
            if not (known_lost or path.name.startswith(unwritten)):
                raise _without_line(path)
            left.append(path)
    for path in temporary:
        path.unlink()
    set_aside(archive, left)


def named_files(archive: Path, fetches: Iterable[Fetch]) -> set[Path]:
    """The files of every segment that those fetches name."""
    return {
        archive / fetch.stream / (segment.name + suffix)
        for fetch in fetches
        for segment in fetch.segments
        for suffix in (RAW, TYPED)
    }


def _without_line(path: Path) -> ManifestDamaged:
    return ManifestDamaged(
        expected="a line of the manifest for every segment",
        seen="a segment without one: the manifest is older than the archive",
        where=str(path),
        next_step="restore the newest manifest from a backup; nothing was moved or removed",
    )


def _fetch(line: dict[str, Any]) -> Fetch:
    """A line of the manifest; one of an earlier release may have fewer fields."""
    segments = tuple(typed(Segment, segment) for segment in line["segments"])
    fetch = typed(Fetch, {**line, "segments": segments})
    if not all(INSTANT.fullmatch(text) for text in (fetch.since, fetch.until)):
        raise ValueError("since or until is no instant")
    return replace(
        fetch,
        unknown_comments=tuple(fetch.unknown_comments),
        missing_identities=tuple(fetch.missing_identities),
    )
