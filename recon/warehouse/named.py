"""What of the segments before its beginning a night reads: what its events name, by identity.

Takes the staged tables of the segments since; gives them the earlier events that are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from recon.archive.identities import ORDER, SECURITY, segments_naming
from recon.archive.segment import Segment, typed_path
from recon.feeds.streams import (
    ACTIVITIES,
    NTA,
    TRADES,
    TRADES_V1,
    Stream,
    targets_of,
)
from recon.paths import sql_of
from recon.warehouse.segments import reading

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
# The executions that fees name: whether they are known, and of which day, is judged.
FEES_NAME = {
    NTA: "execution_id from archived_nta where entry_type = 'FEE' and execution_id is not null",
    ACTIVITIES: "details ->> '$.parent_id' from archived_activities"
    " where activity_type = 'FEE' and details ->> '$.parent_id' is not null",
}

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


def stage_named(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    older: Mapping[Stream, Sequence[Segment]],
    carried: Sequence[str],
) -> None:
    """Of the older segments, stage the events that a recent one of any booked stream names, and
    the carried ones."""
    named = [
        f"select {name} as named from archived_{stream.name} where {name} is not null"  # noqa: S608
        for stream in older
        for name in ("identity", *targets_of(stream))
    ]
    named += [f"select {text}" for stream, text in FEES_NAME.items() if stream in older]
    connection.execute(
        "create or replace temp table named as "
        + " union ".join([*named, "select unnest($carried::varchar[])"]),
        {"carried": list(carried)},
    )
    _create(connection, "orders_named")
    names = [name for (name,) in connection.execute("from named").fetchall()]
    orders = connection.execute("from orders_named").fetchall()
    names += [ORDER + name for (name,) in orders if name]
    _create(connection, "securities_named")
    securities = connection.execute("from securities_named").fetchall()
    names += [SECURITY + name for (name,) in securities if name]
    for stream, segments in segments_naming(archive, older, names).items():
        if segments:
            _stage_wanted(connection, archive, stream, segments)


def _create(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    text = sql_of(f"staging/{table}")
    connection.execute(f"create or replace temp table {table} as {text}")


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
    read = reading(stream, [typed_path(archive / stream.name, each) for each in segments])
    connection.execute(
        f"insert into archived_{stream.name} with older as ({read})"  # noqa: S608
        f" select * from older"
        f" where identity in (select identity from older where ({') or ('.join(wanted)}))"
        f" and receipt_order not in (select receipt_order from archived_{stream.name})"
    )
