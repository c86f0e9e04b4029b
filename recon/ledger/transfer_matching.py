"""The tables that say which deposit or withdrawal belongs to which transfer, made in Python since
each transfer takes of what those before it left.

`transfer_matches` has one row per claim of `transfer_claims`, `return_matches` one per returned
transfer of `return_claims`. Both have the columns

    account_id, transfer_id
    claim             completion, return or under way; reversal in `return_matches`
    activity_id       the entry that it takes if claims from before the books come last, or null
    activity_in_turn  the entry that it takes if each comes in its turn, or null

The transfer that is due first takes the first entry that fits. An entry is given once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb
import pyarrow as pa

from recon.ledger.made_tables import create
from recon.ledger.matching import Claim, Entry, matches

TRANSFER_CLAIMS = """
select account_id, transfer_id, claim, is_old, first_day, first_day, last_day
from transfer_claims
order by last_day, completed_on, transfer_id, claim, account_id
"""
ENTRIES = """
select account_id, activity_id, day, day, day
from transfer_entries
where account_id is not null and not is_canceled
order by day, activity_id
"""
RETURN_CLAIMS = """
select account_id, transfer_id, 'reversal', is_old, booked_since, first_day, last_day
from return_claims
order by last_day, returned_on, transfer_id, account_id
"""
REVERSALS = """
select account_id, activity_id, booked_day, first_day, last_day
from transfer_reversals
where account_id is not null
order by first_day, activity_id
"""
MATCHES = pa.schema(
    {
        "account_id": pa.string(),
        "transfer_id": pa.string(),
        "claim": pa.string(),
        "activity_id": pa.string(),
        "activity_in_turn": pa.string(),
    }
)


def _make_transfer_matches(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per claim on a deposit or withdrawal."""
    _make(connection, "transfer_matches", TRANSFER_CLAIMS, ENTRIES)


def _make_return_matches(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per returned transfer."""
    _make(connection, "return_matches", RETURN_CLAIMS, REVERSALS)


def _make(connection: duckdb.DuckDBPyConnection, table: str, claims: str, entries: str) -> None:
    made = matches(
        map(Claim._make, connection.execute(claims).fetchall()),
        map(Entry._make, connection.execute(entries).fetchall()),
    )
    create(connection, table, MATCHES, made)


MADE: Mapping[str, Callable[[duckdb.DuckDBPyConnection], None]] = {
    "transfer_matches": _make_transfer_matches,
    "return_matches": _make_return_matches,
}
MADE_READ = {
    "transfer_matches": "-- reads: transfer_claims, transfer_entries",
    "return_matches": "-- reads: return_claims, transfer_reversals",
}
