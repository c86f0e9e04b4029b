"""Runs `sql/ledger`: events as seen on one night to postings, balances and proofs.

Takes a connection whose schema `main` shows the night; gives the ledger tables beside it. Cost
needs an order, so `costs` is made in Python between the movements and the postings.
A posting that does not sum to zero is our own bug and stops the night.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date

import duckdb
import pyarrow as pa

from recon.errors import ReconError, UsageError
from recon.ledger.cost import Cost, Movement, costs
from recon.resources import folder
from recon.warehouse.order import running_order

UNBALANCED = """
select event, commodity || ' ' || measure, sum(amount)
from postings group by event, commodity, measure having sum(amount) <> 0
order by event, commodity, measure limit 1
"""
UNKNOWN_CHOICE = """
select reading_choices.reading || ' = ' || reading_choices.value
from reading_choices
left join readings on readings.reading = reading_choices.reading
where not coalesce(list_contains(readings.choices, reading_choices.value), false)
order by 1 limit 1
"""
# Corporate actions at the beginning of the day, or everything as it was sent; what one event
# reverses goes before what it moves anew.
IN_ORDER = """
select movement_id, account_id, coalesce(symbol, ''), qty, cost_rule, stated_cost, reverses
from movements
where cost_rule is not null
order by account_id, symbol, system_date, phase, moment, kind, received, part desc, movement_id
"""
COSTS = pa.schema(
    {
        "movement_id": pa.string(),
        "cost": pa.decimal128(38, 9),
        "rest": pa.decimal128(38, 9),
    }
)
COSTS_READ = "-- reads: movements, readings"
ROWS_PER_BATCH = 50_000


class LedgerError(ReconError):
    """The ledger contradicts itself."""


def post_night(
    connection: duckdb.DuckDBPyConnection,
    system_date: date,
    choices: Mapping[str, str] | None = None,
    wanted: Set[str] | None = None,
) -> None:
    """Create every ledger table for that night, or the `wanted` ones and what they are made of.

    `choices` are readings other than the default.

    Raises LedgerError if any event is unbalanced, UsageError for a choice that there is not.
    """
    files = sorted((folder("sql") / "ledger").glob("*.sql"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    _choose(connection, choices or {})
    order = running_order(texts | {"costs": COSTS_READ}, wanted)
    for table in order:
        if table == "costs":
            _post_costs(connection)
            continue
        connection.execute(
            f"create or replace table main.{table} as {texts[table]}",
            {"system_date": system_date} if "$system_date" in texts[table] else {},
        )
        if table == "readings":
            _check_choices(connection)
    if "postings" in order:
        assert_balanced(connection)


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
        "create or replace table main.reading_choices (reading varchar, value varchar)"
    )
    for reading, value in choices.items():
        connection.execute("insert into main.reading_choices values (?, ?)", [reading, value])


def _check_choices(connection: duckdb.DuckDBPyConnection) -> None:
    for (seen,) in connection.execute(UNKNOWN_CHOICE).fetchall():
        raise UsageError(
            expected="a reading and one of its values",
            seen=str(seen),
            where="the readings of the ledger",
            next_step="see sql/ledger/readings.sql for what there is",
        )


def _post_costs(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `costs`, one row per movement that has a cost rule."""
    chosen = connection.execute("select value from readings where reading = 'cost_method'")
    method = str(chosen.fetchall()[0][0])
    batches = list(_batches(costs(_movements(connection), method)))
    connection.register("made_costs", pa.Table.from_batches(batches, schema=COSTS))
    connection.execute("create or replace table main.costs as from made_costs")
    connection.unregister("made_costs")


def _movements(connection: duckdb.DuckDBPyConnection) -> Iterator[Movement]:
    with connection.sql(IN_ORDER).to_arrow_reader(ROWS_PER_BATCH) as reader:
        for batch in reader:
            columns = [column.to_pylist() for column in batch.columns]
            yield from map(Movement._make, zip(*columns, strict=True))


def _batches(found: Iterator[Cost]) -> Iterator[pa.RecordBatch]:
    while rows := list(zip(range(ROWS_PER_BATCH), found, strict=False)):
        columns = zip(*(row for _, row in rows), strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, COSTS.types, strict=True)]
        yield pa.record_batch(arrays, schema=COSTS)
