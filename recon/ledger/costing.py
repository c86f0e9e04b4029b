"""The tables of the ledger that are made in Python: what each movement does to cost.

`costs` holds one row per movement that has a cost rule, by the method in force; `lots` what is left
of each purchase where the method keeps them apart. `costs_by_method` holds the costs by every
method, for the positions that can tell the methods apart: bought and sold since the books began,
from nothing, and in the night's statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import duckdb
import pyarrow as pa

from recon.ledger.cost import METHODS, costs, lots
from recon.ledger.made_tables import ROWS_PER_BATCH, create
from recon.ledger.position import Movement

# Corporate actions at the beginning of the day, or everything as it was sent; what one event
# reverses goes before what it moves anew. What lies before the books is reversed at the cost that
# it had then.
IN_ORDER = """
select
    movements.movement_id, account_id, coalesce(symbol, ''), qty, cost_rule,
    coalesce(-before.cost, stated_cost), reverses,
    system_date
from movements
left join (
    select movement_id, coalesce(sum(amount) filter (measure = 'COST'), 0)::decimal(38, 9) as cost
    from start_lines
    group by movement_id
) as before on before.movement_id = movements.reverses
where cost_rule is not null and {which}
order by account_id, symbol, system_date, phase, moment, kind, receipt_order, part desc, movement_id
"""
COSTS = pa.schema(
    {
        "movement_id": pa.string(),
        "cost": pa.decimal128(38, 9),
        "rest": pa.decimal128(38, 9),
    }
)
LOTS = pa.schema(
    {"account_id": pa.string(), "symbol": pa.string(), "system_date": pa.date32(),
     "seq": pa.int32(), "qty": pa.decimal128(38, 9), "cost": pa.decimal128(38, 9)}
)  # fmt: skip
TELLING = """
(account_id, symbol) in (
    select (stated.account_id, stated.symbol)
    from statement_positions as stated
    inner join movements
        on movements.account_id = stated.account_id and movements.symbol = stated.symbol
    where stated.system_date = (select night.system_date from night) and stated.qty <> 0
        and (stated.account_id, stated.symbol) not in
            (select (account_id, symbol) from opening_positions)
    group by stated.account_id, stated.symbol
    having bool_or(movements.qty > 0) and bool_or(movements.qty < 0)
)
"""


def _make_costs(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per movement that has a cost rule."""
    made = costs(_movements(connection, "true"), cost_method(connection))
    create(connection, "costs", COSTS, made)


def _make_lots(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per lot, for each position and day on which it moved; none by the average."""
    method = cost_method(connection)
    made = lots(_movements(connection, "true"), method) if method != "average" else iter(())
    create(connection, "lots", LOTS, made)


def _make_costs_by_method(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per method and movement of a position that can tell the methods apart."""
    movements = list(_movements(connection, TELLING))
    made = ((*cost, method) for method in METHODS for cost in costs(movements, method))
    create(connection, "costs_by_method", COSTS.append(pa.field("method", pa.string())), made)


MADE: Mapping[str, Callable[[duckdb.DuckDBPyConnection], None]] = {
    "costs": _make_costs,
    "lots": _make_lots,
    "costs_by_method": _make_costs_by_method,
}
MADE_READ = {
    "costs": "-- reads: movements, accounting_assumptions",
    "lots": "-- reads: movements, accounting_assumptions",
    "costs_by_method": "-- reads: movements, night, opening_positions",
}


def cost_method(connection: duckdb.DuckDBPyConnection) -> str:
    """The method in force."""
    ((method,),) = connection.execute(
        "select value from accounting_assumptions where assumption = 'cost_method'"
    ).fetchall()
    return str(method)


def _movements(connection: duckdb.DuckDBPyConnection, which: str) -> Iterator[Movement]:
    with connection.sql(IN_ORDER.format(which=which)).to_arrow_reader(ROWS_PER_BATCH) as reader:
        for batch in reader:
            columns = [column.to_pylist() for column in batch.columns]
            yield from map(Movement._make, zip(*columns, strict=True))
