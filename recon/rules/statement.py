"""Proves that a rule file is one SELECT, and runs it where nothing can be written.

The first by DuckDB's own parser, from whose tree it is read; the second by DuckDB's transactions:
one that is read-only refuses whatever would change a table, also what no tree shows.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from recon.rules.header import Rule, RuleError

# What a query may be made of, and the functions that may stand in its place of a table: others look
# at the machine or do something (a checkpoint, a second statement in a text).
NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
PARSED = """
with parsed as (select json_serialize_sql($sql) as tree)
select
    tree ->> '$.error_message',
    json_array_length(tree -> '$.statements'),
    list_distinct(json_extract_string(tree, '$..type')),
    list_distinct(json_extract_string(tree, '$..function.function_name'))
from parsed
"""


def check_statement(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """Raises RuleError for a file that is anything but one SELECT."""
    row = connection.execute(PARSED, {"sql": rule.sql}).fetchone()
    if row is None:
        raise AssertionError("a SELECT without FROM gives one row")
    fault, statements, types, functions = row
    if fault:
        raise _breach(rule, fault.splitlines()[0])
    if statements != 1:
        raise _breach(rule, f"{statements} statements")
    for kind in sorted(types):
        if kind.endswith("_NODE") and kind not in NODES:
            raise _breach(rule, f"a {kind.split('_')[0]} within it")
    for name in sorted(set(functions) - TABLE_FUNCTIONS):
        raise _breach(rule, f"the table function {name}")


def find(connection: duckdb.DuckDBPyConnection, rule: Rule, params: Mapping[str, str]) -> None:
    """Make the temporary table `found` of what the rule gives; no other statement of it, and none
    that writes, is run. Must not be called inside a transaction. Raises RuleError, duckdb.Error."""
    check_statement(connection, rule)
    connection.execute("begin transaction read only")
    try:
        connection.execute(f"create or replace temp table found as {rule.sql}", dict(params))
    except duckdb.Error:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _breach(rule: Rule, seen: str) -> RuleError:
    return RuleError(
        expected=f"one SELECT, of tables and of {', '.join(sorted(TABLE_FUNCTIONS))}",
        seen=seen,
        where=f"sql/rules/{rule.rule}.sql",
        next_step="mend the rule: it may read the night's tables, and change nothing",
    )
