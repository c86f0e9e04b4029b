"""Everything a night asks of the broker, into the archive: streams, late records, statements."""

from __future__ import annotations

from datetime import date

import pendulum

from recon.archive.coverage import is_covered
from recon.archive.replay import why_unproven
from recon.archive.required_inputs import BOOKED, to_read
from recon.archive.statements import archive_aggregate, archive_cash, archive_positions
from recon.errors import BrokerError, IncompleteError
from recon.feeds.response import AnswerRefused
from recon.feeds.streams import SYSTEM, Stream, stream_named
from recon.nightly.late_records import last_ready, read_published
from recon.nightly.reader import Reader

NOT_GIVEN = (403, 404, 410)  # not every key may read every stream


def collect(reader: Reader, system_date: date, ready: pendulum.DateTime) -> list[str]:
    """Replay the streams of the night up to `ready`, also by publication since the last night, and
    archive the statements of the day. Gives why a statement could not be read, if one could not."""
    since = last_ready(reader.settings.home, reader.archive, system_date)
    for name in reader.settings.streams:
        stream = stream_named(name)
        try:
            _replay(reader, stream, system_date, ready)
            _follow_published(reader, stream, since, ready)
        except AnswerRefused as refusal:
            if name in BOOKED or refusal.status not in NOT_GIVEN:
                raise
            reader.progress.note("stream not given", stream=name, why=str(refusal))
    _follow_published(reader, SYSTEM, since, ready)
    unread = _collect_statements(reader, system_date)
    _collect_aggregate(reader, system_date)
    return unread


def _replay(reader: Reader, stream: Stream, system_date: date, ready: pendulum.DateTime) -> None:
    """The window of one stream."""
    lookback_days, note = reader.settings.lookback_days, reader.progress.note
    window = to_read(reader.archive.fetches, stream.name, system_date, ready, lookback_days)
    made = reader.replay(stream, window)
    for fetch in made:
        read = f"{fetch.since} .. {fetch.until}"
        note("replayed", stream=stream.name, window=read, ended=fetch.ended, new=fetch.new)
    if not is_covered(made, stream.name, window):
        note("not proven", stream=stream.name, window=str(window), why=why_unproven(made))


def _follow_published(
    reader: Reader, stream: Stream, since: pendulum.DateTime | None, ready: pendulum.DateTime
) -> None:
    """What a stream published since the last night; before the first one there is none."""
    if since is not None and since < ready:
        read_published(reader, stream, since, ready)


def _collect_statements(reader: Reader, system_date: date) -> list[str]:
    """Positions and cash of the day; gives why one of them could not be read."""
    try:
        archive_positions(reader.broker, reader.archive, system_date)
        with reader.progress.tracked("cash statements") as count:
            asked = archive_cash(
                reader.broker,
                reader.archive,
                system_date,
                at_once=reader.settings.calls_at_once,
                count=count,
            )
    except IncompleteError as error:
        reader.progress.note("statement not complete", why=str(error))
        return [f"{error.where}: {error.seen}, {error.next_step}"]
    reader.progress.note("balances asked", answers=asked.counts)
    return []


def _collect_aggregate(reader: Reader, system_date: date) -> None:
    """The broker's totals per security, where it gives them: not every key may read them, and a
    night is certified without. Their rule then says that it evaluated nothing."""
    try:
        archive_aggregate(reader.broker, reader.archive, system_date)
    except (BrokerError, IncompleteError) as error:
        reader.progress.note("stock record not read", why=str(error))
