"""Follows the publication cursor: what was published since the last night, however old it says.

A window asks by the time at which events happened. A record that is booked late carries an old
time and appears in no window of tonight; by its id, which begins with the time of publication, it
is found the first night after.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pendulum

from recon.archive.archive import Archive
from recon.archive.coverage import BY_CURSOR, covered
from recon.archive.manifest import Fetch
from recon.archive.replay import replay_window
from recon.feeds.cursor import NO_SUCH_CURSOR, OVERLAP_MINUTES, published_between
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import Stream
from recon.nightly.night_record import records
from recon.nightly.reader import Reader
from recon.nightly.ready import archived_signals
from recon.nightly.trigger import missing, ready_at


def read_published(
    reader: Reader, stream: Stream, since: pendulum.DateTime, until: pendulum.DateTime
) -> list[Fetch]:
    """Archive what a stream published between two instants, and what an earlier night left out
    before. A broker that refuses the cursor is noted: the windows then are all there is."""
    begin = _followed_until(reader.archive.fetches, stream, since)
    cursor = published_between(stream, begin.subtract(minutes=OVERLAP_MINUTES), until)
    note = reader.progress.note
    try:
        made = replay_window(reader.broker, reader.archive, stream, cursor)
    except AnswerRefused as refusal:
        if refusal.status not in NO_SUCH_CURSOR:
            raise
        note("publication cursor not taken", stream=stream.name, why=str(refusal))
        return []
    for fetch in made:
        published = f"{fetch.since} .. {fetch.until}"
        note("followed", stream=stream.name, published=published, ended=fetch.ended, new=fetch.new)
    return made


def last_ready(home: Path, archive: Archive, system_date: date) -> pendulum.DateTime | None:
    """When the broker was ready with the last date before this one whose night is recorded, or
    that the books begin with. None where there is none: a first night has its window only."""
    recorded = {date.fromisoformat(path.stem) for path in records(home)}
    nights = recorded | {archive.opening_date or system_date}
    for day in sorted((day for day in nights if day < system_date), reverse=True):
        signals = archived_signals(archive, day)
        if not missing(signals, day):
            return ready_at(signals, day)
    return None


def _followed_until(
    fetches: Sequence[Fetch], stream: Stream, since: pendulum.DateTime
) -> pendulum.DateTime:
    """From where on to follow: `since`, or before it the end of what was followed whole."""
    ends = [p.until for p in covered(fetches, stream.name, BY_CURSOR) if p.since <= since]
    return min([since, *ends[-1:]])
