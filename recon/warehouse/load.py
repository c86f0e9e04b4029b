"""Builds the warehouse from the archive alone: segments to tables, one row per event, once.

Schema `events` holds everything that is archived. Schema `main` holds what the books may see
at one night: nothing booked after that system date, nor at or before the opening. Rules and the
ledger read `main`, so none of them can forget the filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from recon.archive.manifest import Fetch, opening_date
from recon.resources import folder
from recon.warehouse.order import running_order
from recon.warehouse.reference import load_reference
from recon.warehouse.stage import stage_segments
from recon.window import parse_instant

INSTANT, COUNT, TEXTS = pa.timestamp("us", "UTC"), pa.int64(), pa.list_(pa.string())
FETCHES = pa.schema(
    {
        "fetch_id": COUNT,
        "stream": pa.string(),
        "since": INSTANT,
        "until": INSTANT,
        "ended": pa.string(),
        "complete": pa.bool_(),
        "received": COUNT,
        "new": COUNT,
        "duplicates": COUNT,
        "missing": COUNT,
        "missing_identities": TEXTS,
        "dropped": COUNT,
        "unknown_comments": TEXTS,
    }
)

LOGGED = {
    "system_date": pa.string(),
    "revision": COUNT,
    "what": pa.string(),
    "break_id": pa.string(),
    "state": pa.string(),
}
BREAK_LOG = pa.schema({"position": COUNT, **LOGGED})

# Digits of a text without ever rounding: more than nine after the point, zeros apart, give null. An
# instant loses its nanoseconds downwards: a cast would round 19:59:59.9999996 into the next trade
# date. Publication: the millisecond of a ULID, since two of one millisecond may compare backwards,
# else the integer that came before there were ULIDs; both sort as texts. No other id tells it.
# A rate of exchange may have eighteen digits; money is rounded to as many as its currency has.
# A printed number may have its thousands apart. Of the published sides `undisclosed`, `cross` and
# `cross_short` do not say who bought: they stay as they are, and nothing is booked of them.
# A subject names one thing; what else tells two of one name apart is added only where there are
# two, since a break's id is made of it. Of a corporate action that is its id, or its first date.
MACROS = r"""
create or replace macro exact_decimal(digits) as
    case when regexp_full_match(digits, '-?\d{1,29}(\.\d{1,9}0*)?')
    then try_cast(digits as decimal(38, 9)) end;
create or replace macro printed_decimal(digits) as exact_decimal(
    if(regexp_full_match(digits, '-?\d{1,3}(,\d{3})+(\.\d+)?'), replace(digits, ',', ''), digits)
);
create or replace macro exact_rate(digits) as
    case when regexp_full_match(digits, '\d{1,20}(\.\d{1,18}0*)?')
    then try_cast(digits as decimal(38, 18)) end;
create or replace macro round_money(amount, digits) as case digits
    when 0 then round(amount, 0)::decimal(38, 9) when 3 then round(amount, 3)::decimal(38, 9)
    else round(amount, 2)::decimal(38, 9) end;
create or replace macro round_up(amount, digits) as case digits
    when 0 then ceil(amount)::decimal(38, 9)
    when 3 then (ceil(amount * 1000) * 0.001)::decimal(38, 9)
    else (ceil(amount * 100) * 0.01)::decimal(38, 9) end;
create or replace macro minor_unit(digits) as case digits
    when 0 then 1.0 when 3 then 0.001 else 0.01 end;
create or replace macro buy_or_sell(side) as case side
    when 'buy_minus' then 'buy' when 'sell_plus' then 'sell'
    when 'sell_short_exempt' then 'sell_short' else side end;
create or replace macro plain(number) as
    regexp_replace(number::decimal(38, 9)::varchar, '\.?0+$', '');
create or replace macro publication(id) as case
    when regexp_full_match(id, '[0-7][0-9A-HJKMNP-TV-Z]{25}') then left(id, 10)
    when regexp_full_match(id, '\d{1,18}') then lpad(id, 20, '0') end;
create or replace macro to_microseconds(instant) as make_timestamptz(epoch_ns(instant) // 1000);
create or replace macro unique_subject(account_id, symbol, subject, more) as
    subject || if(count(*) over (partition by account_id, symbol, subject) > 1, ' ' || more, '');
create or replace macro action_subject(account_id, symbol, group_key, subject) as unique_subject(
    account_id, symbol, subject,
    regexp_replace(substr(group_key, length(account_id) + 2), '^\S+ ', '')
)
"""

# What a night is told beside the archive; empty until it is told.
TOLD = """
create or replace table events.opening (system_date date);
create or replace table events.coverage
    (stream varchar, since timestamptz, until timestamptz, complete boolean);
create or replace table events.base
    (ledger_account varchar, commodity varchar, measure varchar, amount decimal(38, 9));
create or replace table events.base_lines
    (movement_id varchar, leg int, ledger_account varchar, other_account varchar,
    commodity varchar, measure varchar, amount decimal(38, 9));
create or replace table events.base_lots
    (account_id varchar, symbol varchar, place int, qty decimal(38, 9), cost decimal(38, 9));
create or replace table events.earlier_holdings
    (system_date date, account_id varchar, symbol varchar, qty decimal(38, 9));
create or replace table events.closing_days (system_date date);
create or replace table events.closed
    (system_date date, ledger_account varchar, commodity varchar, measure varchar,
    amount decimal(38, 9), fetch_id bigint);
create or replace table events.break_log
    (position bigint, system_date date, revision bigint, what varchar, break_id varchar,
    state varchar)
"""


def load_events(
    connection: duckdb.DuckDBPyConnection,
    archive: Path,
    fetches: Sequence[Fetch],
    base: date | None = None,
) -> None:
    """Create every table of schema `events` from what those fetches archived.

    With a base only what can be booked after that date is loaded, and what it refers to. Raises
    SegmentDamaged on a wrong hash.
    """
    connection.execute("create schema if not exists events")
    connection.execute(MACROS)
    connection.execute(TOLD)
    load_reference(connection)
    _load_fetches(connection, fetches)
    stage_segments(connection, archive, fetches, base)
    files = sorted((folder("sql") / "events").glob("*.sql"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    for table in running_order(texts):
        connection.execute(f"create or replace table events.{table} as {texts[table]}")


def load_coverage(
    connection: duckdb.DuckDBPyConnection, needs: Iterable[tuple[str, datetime, datetime, bool]]
) -> None:
    """Say which stretch of which stream the night needs, and whether it is proven complete."""
    for need in needs:
        connection.execute("insert into events.coverage values (?, ?, ?, ?)", list(need))


def load_break_log(
    connection: duckdb.DuckDBPyConnection, entries: Sequence[Mapping[str, Any]], system_date: date
) -> None:
    """What the job wrote of breaks on nights before that one, in the order it was written."""
    rows = [
        {name: entry.get(name) for name in LOGGED} | {"position": position}
        for position, entry in enumerate(entries, start=1)
        if entry["what"] != "said" and entry["system_date"] < str(system_date)
    ]
    connection.register("logged", pa.Table.from_pylist(rows, schema=BREAK_LOG))
    connection.execute("insert into events.break_log by name from logged")
    connection.unregister("logged")


def show_night(
    connection: duckdb.DuckDBPyConnection, system_date: date, opening_date: date | None
) -> None:
    """Create the views of schema `main` as of one night. Dates are the broker's system dates."""
    after = opening_date or date.min
    for table, columns in _tables(connection):
        where = "true"
        if "system_date" in columns:
            where = f"system_date <= date '{system_date}'"
            if "received" in columns:
                where += f" and system_date > date '{after.isoformat()}'"
        connection.execute(
            f"create or replace view main.{table} as select * from events.{table} where {where}"  # noqa: S608
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, set[str]]]:
    rows = connection.execute(
        "select table_name, list(column_name) from information_schema.columns"
        " where table_schema = 'events' group by table_name order by table_name"
    ).fetchall()
    return [(table, set(columns)) for table, columns in rows]


def _load_fetches(connection: duckdb.DuckDBPyConnection, fetches: Sequence[Fetch]) -> None:
    """The manifest as a table, and the date whose statement opens the books."""
    rows = [
        {
            "fetch_id": fetch.fetch,
            "stream": fetch.stream,
            "since": parse_instant(fetch.since),
            "until": parse_instant(fetch.until),
            "ended": fetch.ended,
            "complete": fetch.complete,
            "received": fetch.received,
            "new": fetch.new,
            "duplicates": fetch.duplicates,
            "missing": fetch.missing,
            "missing_identities": list(fetch.missing_identities),
            "dropped": fetch.dropped,
            "unknown_comments": list(fetch.unknown_comments),
        }
        for fetch in fetches
    ]
    connection.register("manifest", pa.Table.from_pylist(rows, schema=FETCHES))
    connection.execute("create or replace table events.fetches as from manifest")
    connection.unregister("manifest")
    opened = opening_date(fetches)
    if opened is not None:
        connection.execute("insert into events.opening values (?)", [opened])
