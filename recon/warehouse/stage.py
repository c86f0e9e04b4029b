"""Segments as temporary tables: `archived_<stream>`, and `stream_<stream>` without the malformed.

Takes the archive and the fetches that count; `receipt_order` numbers the events as they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.manifest import Fetch
from recon.archive.segment import Segment, schema_of, typed_path
from recon.feeds.streams import (
    ACTIVITIES,
    ARCHIVED,
    BOOKED,
    EVENT_STREAMS,
    NTA,
    STATEMENTS,
    SYSTEM,
    Stream,
    publications_of,
)
from recon.warehouse.copies import leave_out_copies
from recon.warehouse.fee_days import stage_fee_days
from recon.warehouse.named import stage_named
from recon.warehouse.segments import reading
from recon.warehouse.set_aside import set_aside

# Of these a night reads what came after its base, and of events what those name.
NAMED = (*BOOKED, SYSTEM)
CUT = (*NAMED, *STATEMENTS)
OUTDATED = """,
receipt_order in (
    select late.receipt_order
    from events as late
    inner join events as early
        on early.identity = late.identity
        and early.receipt_order < late.receipt_order
        and early.published > late.published
) as is_outdated
"""


def stage_segments(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    fetches: Sequence[Fetch],
    base: date | None,
    opened: date,
    carried: Sequence[str] = (),
) -> None:
    """Make the temporary tables, and `events.archived_messages`: all their events, malformed too.

    With a base, segments that end at or before it are left out, but for what the events that are in
    name, the days since `opened` whose fees are judged again, and the `carried` identities; so are
    older statements. Raises SegmentDamaged on a wrong hash.
    """
    older: dict[Stream, list[Segment]] = {}
    for stream in ARCHIVED.values():
        since = str(base or "") if stream in CUT else ""
        older[stream] = _stage_recent(connection, archive, stream, fetches, since)
    if base is not None:
        booked = {stream: older[stream] for stream in BOOKED}
        stage_named(connection, archive, {stream: older[stream] for stream in NAMED}, carried)
        if stage_fee_days(connection, archive, booked, base, opened):
            stage_named(connection, archive, booked, carried)  # what names the events of those days
    filled = _filled(connection)
    for stream in ARCHIVED.values():
        if stream in EVENT_STREAMS.values() and stream.name in filled:
            leave_out_copies(connection, archive, stream, fetches)
        if stream.name in filled:
            set_aside(connection, stream)
        connection.execute(_view_of(stream))
    parts = [
        f"""select '{stream.name}' as stream, left(segment, 6)::bigint as fetch_id, segment, "row",
            identity, payload_hash, malformed, unread, {_event_at(stream)} as event_at
        from archived_{stream.name}"""  # noqa: S608
        for stream in ARCHIVED.values()
    ]
    every_event = " union all ".join(parts)
    connection.execute(f"create or replace table events.archived_messages as {every_event}")


def _stage_recent(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    stream: Stream,
    fetches: Sequence[Fetch],
    base: str,
) -> list[Segment]:
    """Stage the segments that end after the base; gives the older ones."""
    recent: list[Path] = []
    older: list[Segment] = []
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream.name else ():
            if not segment.last_day or segment.last_day > base:
                recent.append(typed_path(archive / stream.name, segment))
            else:
                older.append(segment)
    _make_empty(connection, stream)
    if recent:
        connection.execute(f"insert into archived_{stream.name} {reading(stream, recent)}")
    return older


def _filled(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The names of the streams of which an event is staged."""
    parts = [f"select '{name}' as stream where exists (from archived_{name})" for name in ARCHIVED]
    return {stream for (stream,) in connection.execute(" union all ".join(parts)).fetchall()}


def _view_of(stream: Stream) -> str:
    """The stream without the malformed. `published` sorts its events, null where nothing tells it.

    An activity keeps its id through its states: one `is_outdated` if it was published before a
    state that had come already, and changes nothing.
    """
    publications = [f"publication({name})" for name in publications_of(stream)]
    published = f"coalesce({', '.join([*publications, 'null::varchar'])})"
    outdated = OUTDATED if stream in (NTA, ACTIVITIES) else ""
    return (
        f"create or replace temp view stream_{stream.name} as"  # noqa: S608
        f" with events as (select *, {published} as published from archived_{stream.name}"
        f" where malformed is null) select *{outdated} from events"
    )


def _make_empty(connection: duckdb.DuckDBPyConnection, stream: Stream) -> None:
    """The staged table of a stream, without a row."""
    connection.register("no_rows", schema_of(stream).empty_table())
    connection.execute(
        f"create or replace temp table archived_{stream.name} as"  # noqa: S608 -- names of ours
        " select *, null::varchar as segment, null::bigint as receipt_order from no_rows"
    )
    connection.unregister("no_rows")


def _event_at(stream: Stream) -> str:
    has_instant = any(column.name == "event_at" for column in stream.columns)
    return "to_microseconds(event_at)" if has_instant else "null::timestamptz"
