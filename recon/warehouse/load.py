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
from recon.paths import folder, sql_of
from recon.warehouse.reference import load_reference
from recon.warehouse.sql_dependencies import running_order
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

# The states of things that live across nights: shown from the first, also from before the opening.
LIVES = {
    "account_settings", "account_states", "admin_actions", "journal_states", "transfer_states",
    "upvest_account_states", "upvest_group_states", "upvest_other_events",
}  # fmt: skip
CARRIED = "select identity from events.carried"
# What a night is given beside the archive; empty until it is given.
GIVEN = """
create or replace table events.opening (system_date date);
create or replace table events.coverage
    (stream varchar, since timestamptz, until timestamptz, complete boolean);
create or replace table events.start_balances
    (ledger_account varchar, commodity varchar, measure varchar, amount decimal(38, 9));
create or replace table events.start_lines
    (movement_id varchar, line_no int, ledger_account varchar, other_account varchar,
    commodity varchar, measure varchar, amount decimal(38, 9));
create or replace table events.start_lots
    (account_id varchar, symbol varchar, seq int, qty decimal(38, 9), cost decimal(38, 9));
create or replace table events.start_accounts (account_id varchar, currency varchar);
create or replace table events.start_suspense
    (event_id varchar, account_id varchar, system_date date, ledger_account varchar,
    commodity varchar, measure varchar, amount decimal(38, 9));
create or replace table events.start_groups
    (contra varchar, account_id varchar, entry_type varchar, entry_sub_type varchar,
    removed bigint, added bigint, returned bigint, paid bigint, shares_owed decimal(38, 9),
    cash_owed decimal(38, 9), cash_of_one decimal(38, 9), shares decimal(38, 9),
    cash decimal(38, 9), adjusted bigint, unknown bigint, unread bigint,
    rounded_by decimal(38, 19));
create or replace table events.start_cleared
    (contra varchar, measure varchar, commodity varchar, cleared_to varchar, amount decimal(38, 9));
create or replace table events.start_gaps
    (account_id varchar, symbol varchar, qty decimal(38, 9));
create or replace table events.carried (identity varchar);
create or replace table events.start_open
    (break_id varchar, rule varchar, severity varchar, state varchar, account_id varchar,
    symbol varchar, subject varchar, expected varchar, actual varchar, difference varchar,
    unit varchar, due_date varchar, evidence varchar[], until date,
    known_fetch bigint);
create or replace table events.earlier_positions
    (system_date date, account_id varchar, symbol varchar, qty decimal(38, 9));
create or replace table events.fee_days (account_id varchar, day date);
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
    carried: Sequence[str] = (),
) -> None:
    """Create every table of schema `events` from what those fetches archived.

    With a base only what can be booked after that date is loaded, what it refers to, and the
    `carried` identities. Raises SegmentDamaged on a wrong hash.
    """
    connection.execute("create schema if not exists events")
    make_macros(connection)
    connection.execute(GIVEN)
    load_reference(connection)
    _load_fetches(connection, fetches)
    opened = opening_date(fetches) or date.min
    stage_segments(connection, archive, fetches, base, opened, carried)
    files = sorted((folder("sql") / "events").glob("*.sql"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    for table in running_order(texts):
        connection.execute(f"create or replace table events.{table} as {texts[table]}")


def make_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros of `sql/macros.sql`."""
    connection.execute(sql_of("macros"))


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
    """Create the views of schema `main` as of one night. Dates are the broker's system dates.

    Activities that a closing carries are shown though they lie before the beginning: what is open
    is judged with them. They are not booked again."""
    after = opening_date or date.min
    for table, columns in _tables(connection):
        where = "true"
        if "system_date" in columns:
            where = f"system_date <= date '{system_date}'"
            if "receipt_order" in columns and table not in LIVES:
                where += f" and (system_date > date '{after.isoformat()}'"
                where += f" or activity_id in ({CARRIED}))" if "activity_id" in columns else ")"
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
