"""The committed reference tables of `data/`: the calendar, fee rates, currencies and
activity types."""

from __future__ import annotations

import duckdb

from recon.paths import folder

DECIMAL = "decimal(38,9)"
TABLES = {
    "calendar": (
        "calendar_us.csv",
        {
            "date": "date",
            "is_session": "boolean",
            "is_settlement": "boolean",
            "next_settlement": "date",
            "previous_settlement": "date",
            "next_session": "date",
            "previous_session": "date",
            "early_close": "boolean",
        },
    ),
    "published_rates": (
        "fee_rates.csv",
        {
            "fee": "varchar",
            "asset_class": "varchar",
            "since": "date",
            "until": "date",
            "rate": DECIMAL,
            "per": "varchar",
            "cap": DECIMAL,
            "min_price": DECIMAL,
            "source": "varchar",
            "certainty": "varchar",
        },
    ),
    "currencies": (
        "currencies.csv",
        {"currency": "varchar", "minor_units": "integer", "source": "varchar"},
    ),
    "activity_types": (
        "activity_types.csv",
        {
            "entry_type": "varchar",
            "entry_sub_type": "varchar",
            "moves_qty": "boolean",
            "moves_cash": "boolean",
            "corporate_action": "boolean",
            "contra": "varchar",
            "shape": "varchar",
            "sign": "varchar",
            "note": "varchar",
        },
    ),
}
# What happens on a day that is no session is booked on the next one.
SESSION_DATES = """
alter table events.calendar add column session_date date;
update events.calendar set session_date = if(is_session, date, next_session)
"""


def load_reference(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the reference tables in schema `events`."""
    for table, (file, columns) in TABLES.items():
        typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        connection.execute(
            f"create or replace table events.{table} as select * from read_csv("  # noqa: S608
            f"$file, header = true, auto_detect = false, delim = ',', quote = '\"', "
            f"columns = {{{typed}}})",
            {"file": str(folder("data") / file)},
        )
    connection.execute(SESSION_DATES)
