"""What a person acknowledged as lost counts no more, and must be read again before it is proven.

Takes the manifest; gives its fetches without the segments whose columns are lost. Where a lost
event may have been, no reading from before the acknowledgement proves anything: a later one may
have counted the event as a duplicate. So the next night asks for that stretch again.
"""

from __future__ import annotations

from dataclasses import replace

from recon.archive.coverage import BY_CURSOR
from recon.archive.manifest import INGESTED, OPENING, Fetch
from recon.archive.segment import NEVER, TYPED, Segment
from recon.chain import MANIFEST
from recon.ndjson import Log

LINE = f"line {MANIFEST}"  # how the finding of a damaged line of the manifest begins
LOST = "lost"  # how such a reading ended


def segment_file(stream: str, segment: Segment, suffix: str) -> str:
    """The name of the finding that this file of a segment is damaged or gone."""
    return f"segment {stream}/{segment.name}{suffix}"


def without_lost(manifest: Log[Fetch]) -> list[Fetch]:
    """The fetches that count, as many as the manifest has."""
    fetches = list(manifest.lines)
    for acknowledged in manifest.acknowledged:
        names = frozenset(acknowledged["found"])
        before = [n for n, line in enumerate(manifest.numbers) if line < acknowledged["line"]]
        if any(name.startswith(LINE) for name in names):
            for n in before:
                fetches[n] = _proves_nothing(fetches[n])
        for fetch in [fetches[n] for n in before]:
            for segment in fetch.segments:
                if segment_file(fetch.stream, segment, TYPED) in names:
                    for n in before:
                        fetches[n] = _without(fetches[n], fetch, segment)
    return fetches


def _proves_nothing(fetch: Fetch) -> Fetch:
    """One of a manifest with a line that was lost: it may have counted what that line had."""
    is_kept = fetch.ended == INGESTED or fetch.stream == OPENING
    return fetch if is_kept else replace(fetch, ended=LOST)


def _without(fetch: Fetch, of: Fetch, lost: Segment) -> Fetch:
    """A fetch as it counts once a segment of another, or of itself, is lost."""
    if fetch.stream != of.stream:
        return fetch
    first, last = lost.first_event or of.since[:10], lost.last_event or of.until[:10]
    may_have_had = first == NEVER or (fetch.since[:10] <= last and fetch.until[:10] >= first)
    proved = fetch.ended == BY_CURSOR or (may_have_had and fetch.ended != INGESTED)
    return replace(
        fetch,
        segments=tuple(each for each in fetch.segments if each != lost),
        ended=LOST if proved else fetch.ended,
    )
