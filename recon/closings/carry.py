"""What was open before the beginning and is not judged again stays as it was. Takes the table
`verdicts` of the night's rules."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date

import duckdb

from recon.paths import sql_of

# A closing carries these whole, so that a rule that reads one judges everything on each night.
BALANCES = frozenset({"positions_proof", "cash_proof", "stock_record", "suspense", "closed"})
LATER_START = "books_start"  # a rule that reads it judges nothing of the first day of the books


def carry_open_items(
    connection: duckdb.DuckDBPyConnection, rules: Mapping[str, Set[str]], system_date: date
) -> None:
    """Leave out verdicts on what lies before the beginning alone, put in what is still open.

    `rules` are the night's, with the tables that each reads."""
    on_balances = [rule for rule, tables in rules.items() if tables & BALANCES]
    from_books_start = [rule for rule, tables in rules.items() if LATER_START in tables]
    connection.execute(sql_of("closings/drop_carried_verdicts"), {"on_balances": on_balances})
    connection.execute(
        sql_of("closings/keep_open"),
        {
            "on_balances": on_balances,
            "from_books_start": from_books_start,
            "system_date": system_date,
        },
    )
