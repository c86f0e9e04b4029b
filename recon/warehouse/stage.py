"""Segments as temporary tables: `archived_<stream>`, and `stream_<stream>` without the malformed.

Takes the archive and the fetches that count; `received` beside each event is its receipt order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.identities import ORDER, SECURITY, segments_naming
from recon.archive.manifest import Fetch
from recon.archive.segment import Segment, schema_of, typed_path
from recon.feeds.streams import (
    ACTIVITIES,
    ARCHIVED,
    BOOKED,
    EVENT_STREAMS,
    NTA,
    STATEMENTS,
    TRADES,
    TRADES_V1,
    Stream,
    publications_of,
    targets_of,
)
from recon.warehouse.copies import leave_out_copies

CUT = (*BOOKED, *STATEMENTS)  # of these a night reads what came after its base
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
# What of the older segments a night reads: earlier states of its events, what they reverse or
# replace, what else did so before (of two, the first counts), multi-leg executions by their legs,
# and the whole order of what is reversed or was not filled at once, since its total is judged.
WANTED = "identity in (from named)"
LEG_WANTED = "list_has_any(legs ->> '$[*].execution_id', (select list(named) from named))"
ORDER_WANTED = {
    TRADES: "order_id in (from orders_named)",
    TRADES_V1: "order_id in (from orders_named)",
    ACTIVITIES: "details ->> '$.order_id' in (from orders_named)",
}
ORDERS_NAMED = """
create or replace temp table orders_named as
select order_id from archived_trades where previous_execution_id is not null
union
select order_id from archived_trades_v1 where previous_execution_id is not null
union
select order_id from archived_trades where qty <> order_filled_qty
union
select order_id from archived_trades_v1 where qty <> order_filled_qty
union
select details ->> '$.order_id'
from archived_activities
where activity_type = 'TRD'
    and (previous_id <> '' or qty is distinct from exact_decimal(details ->> '$.cum_qty'))
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
    carried: Sequence[str] = (),
) -> None:
    """Make the temporary tables, and `events.received`: every event of them, malformed ones too.

    With a base, segments that end at or before it are left out, but for what the events that are in
    name, and the `carried` identities; so are older statements. Raises SegmentDamaged on a wrong
    hash.
    """
    older: dict[Stream, list[Segment]] = {}
    for stream in ARCHIVED.values():
        since = str(base or "") if stream in CUT else ""
        older[stream] = _stage_recent(connection, archive, stream, fetches, since)
    if base is not None:
        booked = {stream: older[stream] for stream in BOOKED}
        _stage_named(connection, archive, booked, carried)
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


def _stage_named(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    older: Mapping[Stream, Sequence[Segment]],
    carried: Sequence[str],
) -> None:
    """Of the older segments, stage the events that a recent one of any booked stream names, and
    the carried ones."""
    named = [
        f"select {name} as named from archived_{stream.name} where {name} is not null"  # noqa: S608
        for stream in BOOKED
        for name in ("identity", *targets_of(stream))
    ]
    connection.execute(
        "create or replace temp table named as "
        + " union ".join([*named, "select unnest($carried::varchar[])"]),
        {"carried": list(carried)},
    )
    connection.execute(ORDERS_NAMED)
    names = [name for (name,) in connection.execute("from named").fetchall()]
    orders = connection.execute("from orders_named").fetchall()
    names += [ORDER + name for (name,) in orders if name]
    connection.execute(SECURITIES_NAMED)
    securities = connection.execute("from securities_named").fetchall()
    names += [SECURITY + name for (name,) in securities if name]
    for stream, segments in segments_naming(archive, older, names).items():
        if segments:
            _stage_wanted(connection, archive, stream, segments)


def _stage_wanted(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    stream: Stream,
    segments: Sequence[Segment],
) -> None:
    """Of those segments, stage what is wanted: an event with all its states."""
    wanted = [WANTED, *(f"{name} in (from named)" for name in targets_of(stream))]
    if any(column.name == "legs" for column in stream.columns):
        wanted.append(LEG_WANTED)
    if stream in ORDER_WANTED:
        wanted.append(ORDER_WANTED[stream])
    if stream in TELLING_OF_SECURITIES:
        wanted.append(TELLING_OF_SECURITIES[stream])
    read = _reading(stream, [typed_path(archive / stream.name, each) for each in segments])
    connection.execute(
        f"insert into archived_{stream.name} with older as ({read})"  # noqa: S608
        f" select * from older"
        f" where identity in (select identity from older where ({') or ('.join(wanted)}))"
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
