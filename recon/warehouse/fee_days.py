"""The days before its beginning whose fees on sales a night judges again: a fee for such a day came
after it, or a bust or a correction of one of its sales.

Such a day is judged with all sales of the account and all fees for it. Takes the staged tables of
the segments since; gives them the events of those accounts from the segments of those days, and
from those that hold another fee for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from recon.archive.identities import FEE_DAY, segments_naming
from recon.archive.segment import Segment, typed_path
from recon.feeds.streams import Stream
from recon.warehouse.segments import reading

# The session of a sale is that of sql/events/executions.sql.
FEE_DAYS = """
insert into events.fee_days
with

fees as (

    select
        account_id,
        try_cast(unnest(regexp_extract_all(description, '\\d{4}-\\d{2}-\\d{2}')) as date) as day
    from archived_nta
    where entry_sub_type in ('REG', 'TAF')
    union all
    select
        account_id,
        (to_microseconds(coalesce(executed_at, event_at)) at time zone 'America/New_York')::date
    from archived_activities
    where activity_subtype in ('REG', 'TAF')

),

executed as (

    select identity, previous_execution_id, account_id, side, executed_at, event_at
    from archived_trades
    union all
    select identity, previous_execution_id, account_id, side, executed_at, event_at
    from archived_trades_v1
    union all
    select identity, previous_id, account_id, details ->> '$.side', executed_at, event_at
    from archived_activities
    where activity_type = 'TRD'

),

reversed as (

    select
        target.account_id,
        (
            to_microseconds(coalesce(target.executed_at, target.event_at))
                at time zone 'America/New_York' + interval 4 hours
        )::date as day
    from executed as own
    inner join executed as target on target.identity = own.previous_execution_id
    where starts_with(target.side, 'sell')

)

select distinct account_id, day
from (
    from fees
    union all
    select reversed.account_id, if(is_session, date, next_session)
    from reversed
    inner join events.calendar on calendar.date = reversed.day
) as judged_again
where day <= $base and day > $opened
"""


def stage_fee_days(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    older: Mapping[Stream, Sequence[Segment]],
    base: date,
    opened: date,
) -> bool:
    """Fill `events.fee_days` with each account and day that is judged again, and stage of the older
    segments what such an account did; gives whether there is one. Days until the books were
    `opened` are not judged."""
    connection.execute(FEE_DAYS, {"base": base, "opened": opened})
    found = connection.execute("from events.fee_days order by all").fetchall()
    days = {str(day) for _, day in found}
    naming = segments_naming(archive, older, [f"{FEE_DAY}{who} {day}" for who, day in found])
    for stream, segments in older.items():
        wanted = [each for each in segments if each in naming[stream] or _is_of(each, days)]
        if wanted:
            read = reading(stream, [typed_path(archive / stream.name, each) for each in wanted])
            connection.execute(
                f"insert into archived_{stream.name} select * from ({read})"  # noqa: S608
                " where account_id in (select account_id from events.fee_days)"
                f" and receipt_order not in (select receipt_order from archived_{stream.name})"
            )
    return bool(found)


def _is_of(segment: Segment, days: set[str]) -> bool:
    """Whether one of the days lies between the bounds of a segment."""
    return any(segment.first_day <= day <= segment.last_day for day in days)
