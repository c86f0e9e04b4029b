"""Runs `sql/ledger`: events as seen on one night to postings, balances and proofs.

Takes a connection whose schema `main` shows the night; gives the ledger tables beside it. Cost
needs an order, so it is made in Python between the movements and the postings, and so are the
matches of transfers with what was booked of them.
A posting that does not sum to zero is our own bug and stops the night.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date

import duckdb

from recon.errors import ReconError, UsageError
from recon.ledger import costing, transfer_matching
from recon.paths import folder
from recon.warehouse.sql_dependencies import running_order

# Which assumptions the statement supports: made when it is asked for, not on a night.
EVIDENCE = frozenset(
    {"assumptions_evidence", "evidence_cost_method", "evidence_effective_date", "costs_by_method"}
)
MADE = {**costing.MADE, **transfer_matching.MADE}
MADE_READ = {**costing.MADE_READ, **transfer_matching.MADE_READ}
UNBALANCED = """
select event_id, commodity || ' ' || measure, sum(amount)
from postings group by event_id, commodity, measure having sum(amount) <> 0
order by event_id, commodity, measure limit 1
"""
UNKNOWN_CHOICE = """
select assumption_choices.assumption || ' = ' || assumption_choices.value, known.choices
from assumption_choices
left join accounting_assumptions as known on known.assumption = assumption_choices.assumption
where not coalesce(list_contains(known.choices, assumption_choices.value), false)
order by 1 limit 1
"""


class LedgerError(ReconError):
    """The ledger contradicts itself."""


def post_night(
    connection: duckdb.DuckDBPyConnection,
    system_date: date,
    choices: Mapping[str, str] | None = None,
    wanted: Set[str] | None = None,
) -> None:
    """Create the ledger tables of that night, or the `wanted` ones and what they are made of.

    `choices` are accounting assumptions other than the default.

    Raises LedgerError if any event is unbalanced, UsageError for a choice that there is not.
    """
    texts = _texts()
    _choose(connection, choices or {})
    order = running_order(texts, texts.keys() - EVIDENCE if wanted is None else wanted)
    for table in order:
        _make(connection, table, texts[table], system_date)
        if table == "accounting_assumptions":
            _check_choices(connection)
    if "postings" in order:
        assert_balanced(connection)


def add_evidence(connection: duckdb.DuckDBPyConnection, system_date: date) -> None:
    """Create `assumptions_evidence` beside the ledger tables of that night."""
    texts = _texts()
    for table in running_order(texts, EVIDENCE):
        if table in EVIDENCE:
            _make(connection, table, texts[table], system_date)


def _texts() -> dict[str, str]:
    """The SQL of each ledger table and shared view; of tables made in Python what they read."""
    files = [
        file for stage in ("ledger", "views") for file in (folder("sql") / stage).glob("*.sql")
    ]
    return {file.stem: file.read_text(encoding="utf-8") for file in files} | dict(MADE_READ)


def _make(connection: duckdb.DuckDBPyConnection, table: str, text: str, system_date: date) -> None:
    if table in MADE:
        MADE[table](connection)
        return
    connection.execute(
        f"create or replace table main.{table} as {text}",
        {"system_date": system_date} if "$system_date" in text else {},
    )


def assert_balanced(connection: duckdb.DuckDBPyConnection) -> None:
    """Every event, hence every commodity, sums to zero. Raises LedgerError."""
    for event, commodity, amount in connection.execute(UNBALANCED).fetchall():
        raise LedgerError(
            expected="postings that sum to zero",
            seen=f"{amount} {commodity}",
            where=f"event {event}",
            next_step="this is a fault of the ledger rules: report it with the event's raw text",
        )


def _choose(connection: duckdb.DuckDBPyConnection, choices: Mapping[str, str]) -> None:
    connection.execute(
        "create or replace table main.assumption_choices (assumption varchar, value varchar)"
    )
    for assumption, value in choices.items():
        connection.execute("insert into main.assumption_choices values (?, ?)", [assumption, value])


def _check_choices(connection: duckdb.DuckDBPyConnection) -> None:
    for seen, choices in connection.execute(UNKNOWN_CHOICE).fetchall():
        raise UsageError(
            expected=" or ".join(choices) if choices else "an assumption that there is",
            seen=str(seen),
            where="the accounting assumptions, which are given or which the date ran with before",
            next_step="choose under [assumptions] in recon.toml; what there is stands in"
            " sql/ledger/accounting_assumptions.sql",
        )
