"""The manifest: one line for each fetch, saying what was asked, what came and how it ended.

Append-only NDJSON. A segment exists only if a line names it; the line is written last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from recon.archive.segment import RAW, TEMPORARY, TYPED, Segment, sync
from recon.errors import ReconError
from recon.ndjson import Expected, append_lines, read_lines
from recon.window import NEW_YORK, parse_instant

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
    "instants" or "dates"; it is empty where the reading does not show it.
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
    return read_lines(archive / NAME, _fetch, A_FETCH)


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


def append(archive: Path, fetch: Fetch) -> None:
    """Add one line durably."""
    append_lines(archive / NAME, [asdict(fetch)])
    sync(archive)


def sweep(archive: Path, fetches: Sequence[Fetch]) -> None:
    """Remove what a killed run left: temporary files, and segments of the fetch after the last.

    Any other segment without a line means that lines are lost: then nothing is removed and
    ManifestDamaged is raised.
    """
    named = {
        archive / fetch.stream / (segment.name + suffix)
        for fetch in fetches
        for segment in fetch.segments
        for suffix in (RAW, TYPED)
    }
    unwritten = f"{next_number(fetches):06d}-"
    left = []
    for path in sorted(archive.glob("*/*")):
        if path.name.startswith(".") and path.name.endswith(TEMPORARY):
            left.append(path)
        elif path.name.endswith((RAW, TYPED)) and path not in named:
            if not path.name.startswith(unwritten):
                raise _without_line(path)
            left.append(path)
    for path in left:
        path.unlink()


def _without_line(path: Path) -> ManifestDamaged:
    return ManifestDamaged(
        expected="a line of the manifest for every segment",
        seen="a segment without one: the manifest is older than the archive",
        where=str(path),
        next_step="restore the newest manifest from a backup; nothing was removed",
    )


def _fetch(line: dict[str, Any]) -> Fetch:
    """A line of the manifest; one of an earlier release may have fewer fields."""
    segments = tuple(Segment(**segment) for segment in line["segments"])
    texts = {name: tuple(line[name]) for name in ("unknown_comments", "missing_identities")}
    return Fetch(**{**line, **texts, "segments": segments})
