"""Segments as temporary tables: `archived_<stream>`, and `stream_<stream>` without the malformed.

Takes the archive and the fetches that count; `received` beside each event is its receipt order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.manifest import Fetch
from recon.archive.segment import schema_of, typed_path
from recon.feeds.streams import (
    ACTIVITIES,
    ARCHIVED,
    BOOKED,
    EOD_ACCOUNTS,
    EOD_POSITIONS,
    EVENT_STREAMS,
    NTA,
    Stream,
    publications_of,
    targets_of,
)
from recon.warehouse.copies import leave_out_copies

CUT = (*BOOKED, EOD_POSITIONS, EOD_ACCOUNTS)  # of these a night reads what came after its base
# A release may add columns: what an older one wrote has them too, empty.
READ = """
select
    {columns},
    parse_filename(filename, true) as segment,
    replace(segment, '-', '')::bigint * 100000 + "row" as received
from (
    from empty_{stream}
    union all by name
    from read_parquet([{paths}], filename = true, union_by_name = true)
)
"""
# A leg of a multi-leg execution has an identity of its own.
LEGS_NAMED = """
union
select identity
from (select identity, unnest(legs ->> '$[*].execution_id') as leg from older)
where leg in (from named)
"""
OUTDATED = """,
received in (
    select late.received
    from events as late
    inner join events as early
        on early.identity = late.identity
        and early.received < late.received
        and early.published > late.published
) as is_outdated
"""
# What is taken back of an order is judged by the order's total before.
ORDERS_NAMED = """
union
select identity
from older
where order_id in (
    select order_id from archived_trades where previous_execution_id is not null
    union all
    select order_id from archived_trades_v1 where previous_execution_id is not null
)
"""

# Securities of which earlier events tell more: a matured bond and its coupons are named by their
# CUSIP alone, and an adjusted option contract without its multiplier.
SECURITIES_NAMED = """
create or replace temp table securities_named as
select details ->> '$.cusip' as security
from archived_activities
where activity_type in ('FIMAT', 'INT')
    and coalesce(asset_symbol, '') = ''
    and details ->> '$.cusip' <> ''
union
select symbol
from (
    select symbol from archived_trades
    union all
    select unnest(legs ->> '$[*].symbol') from archived_trades
    union all
    select symbol from archived_nta
    union all
    select unnest([asset_symbol, details ->> '$.symbol', details ->> '$.new_contract_symbol'])
    from archived_activities
) as named (symbol)
where regexp_full_match(symbol, '.*\\d{7}[CP]\\d{8}')
"""
TELLING_OF_SECURITIES = {
    NTA: "symbol <> '' and cusip in (from securities_named)"
    " or entry_type = 'OPCA' and symbol in (from securities_named)",
    ACTIVITIES: "coalesce(nullif(asset_symbol, ''), details ->> '$.symbol') <> ''"
    " and coalesce(nullif(asset_cusip, ''), details ->> '$.cusip') in (from securities_named)"
    " or activity_type in ('OPCA', 'TRD')"
    " and (asset_symbol in (from securities_named)"
    " or details ->> '$.symbol' in (from securities_named)"
    " or details ->> '$.old_contract_symbol' in (from securities_named)"
    " or details ->> '$.new_contract_symbol' in (from securities_named))",
}


def stage_segments(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    fetches: Sequence[Fetch],
    base: date | None,
) -> None:
    """Make the temporary tables, and `events.received`: every event of them, malformed ones too.

    With a base, segments that end at or before it are left out, but for earlier states and targets
    of the events that are in, and the orders of what is taken back; so are older statements of
    positions, which are long, and lists of who was asked for a balance. Raises SegmentDamaged on a
    wrong hash.
    """
    older = {}
    for stream in ARCHIVED.values():
        since = str(base or "") if stream in CUT else ""
        older[stream] = _stage_recent(connection, archive, stream, fetches, since)
    _stage_referred_to(connection, {stream: older[stream] for stream in BOOKED if older[stream]})
    for stream in ARCHIVED.values():
        if stream in EVENT_STREAMS.values():
            leave_out_copies(connection, archive, stream, fetches)
        connection.execute(_view_of(stream))
    parts = [
        f"""select '{stream.name}' as stream, left(segment, 6)::bigint as fetch_id, segment, "row",
            identity, payload_hash, malformed, unread, {_event_at(stream)} as event_at
        from archived_{stream.name}"""  # noqa: S608
        for stream in ARCHIVED.values()
    ]
    connection.execute("create or replace table events.received as " + " union all ".join(parts))


def _stage_recent(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    stream: Stream,
    fetches: Sequence[Fetch],
    base: str,
) -> list[Path]:
    """Stage the segments that end after the base; gives the older ones."""
    recent: list[Path] = []
    older: list[Path] = []
    for fetch in fetches:
        for segment in fetch.segments if fetch.stream == stream.name else ():
            needed = not segment.last_day or segment.last_day > base
            (recent if needed else older).append(typed_path(archive / stream.name, segment))
    table = f"archived_{stream.name}"
    _make_empty(connection, stream)
    if recent:
        read = _reading(stream, recent)
        connection.execute(f"create or replace temp table {table} as {read}")
    else:
        connection.execute(
            f"create or replace temp table {table} as select *, ''::varchar as segment,"  # noqa: S608
            f" 0::bigint as received from empty_{stream.name}"
        )
    return older


def _stage_referred_to(
    connection: duckdb.DuckDBPyConnection, older: Mapping[Stream, Sequence[Path]]
) -> None:
    """Of the older segments, stage the events that a recent one of any booked stream names."""
    if not older:
        return
    named = [
        f"select {name} as named from archived_{stream.name}"  # noqa: S608
        for stream in BOOKED
        for name in ("identity", *targets_of(stream))
    ]
    connection.execute("create or replace temp table named as " + " union ".join(named))
    connection.execute(SECURITIES_NAMED)
    has_securities = connection.execute("from securities_named limit 1").fetchone() is not None
    for stream, paths in older.items():
        read = _reading(stream, paths)
        wanted = "select identity from older where identity in (from named)"
        for name in targets_of(stream):  # of two that take one event back, the first counts
            wanted += f" union select identity from older where {name} in (from named)"  # noqa: S608
        if any(column.name == "legs" for column in stream.columns):
            wanted += LEGS_NAMED + ORDERS_NAMED
        if has_securities and stream in TELLING_OF_SECURITIES:
            telling = TELLING_OF_SECURITIES[stream]
            wanted += f" union select identity from older where {telling}"  # noqa: S608
        connection.execute(
            f"insert into archived_{stream.name} with older as ({read})"  # noqa: S608
            f" select * from older where identity in ({wanted})"
        )


def _view_of(stream: Stream) -> str:
    """The stream without the malformed. `published` sorts its events, null where nothing tells it.

    An activity keeps its id through its states: one `is_outdated` if it was published before a
    state that had been received already, and changes nothing.
    """
    told = [f"publication({name})" for name in publications_of(stream)]
    published = f"coalesce({', '.join([*told, 'null::varchar'])})"
    outdated = OUTDATED if stream in (NTA, ACTIVITIES) else ""
    return (
        f"create or replace temp view stream_{stream.name} as"  # noqa: S608
        f" with events as (select *, {published} as published from archived_{stream.name}"
        f" where malformed is null) select *{outdated} from events"
    )


def _make_empty(connection: duckdb.DuckDBPyConnection, stream: Stream) -> None:
    """The columns of a stream's segments, without a row."""
    connection.register("no_rows", schema_of(stream).empty_table())
    connection.execute(f"create or replace temp table empty_{stream.name} as from no_rows")
    connection.unregister("no_rows")


def _reading(stream: Stream, paths: Sequence[Path]) -> str:
    names = ", ".join(f'"{name}"' for name in schema_of(stream).names)
    return READ.format(columns=names, stream=stream.name, paths=_listed(paths))


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)


def _event_at(stream: Stream) -> str:
    has_instant = any(column.name == "event_at" for column in stream.columns)
    return "to_microseconds(event_at)" if has_instant else "null::timestamptz"
