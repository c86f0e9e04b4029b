"""Proves that a rule file is one SELECT, and runs it where nothing can be written.

The first by DuckDB's own parser, from whose tree it is read; the second by DuckDB's transactions:
one that is read-only refuses whatever would change a table, also what no tree shows.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import duckdb

from recon.rules.header import Rule, RuleError
from recon.warehouse.connect import MEMORY, connect

# What a query may be made of, and the functions that may stand in its place of a table: others look
# at the machine or do something (a checkpoint, a second statement in a text).
NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
PARSED = r"""
select
    tree ->> '$.error_message',
    json_array_length(tree -> '$.statements'),
    list_distinct(regexp_extract_all(tree, '"type":"(\w+_NODE)"', 1)),
    if(contains(tree, '"TABLE_FUNCTION"'),
        list_distinct(json_extract_string(tree, '$..function.function_name')), [])
from (select json_serialize_sql($sql)::varchar as tree)
"""


def check_statement(rule: Rule) -> None:
    """Raises RuleError for a file that is anything but one SELECT."""
    seen = why_not_one_select(rule.sql)
    if seen:
        raise RuleError(
            expected=f"one SELECT, of tables and of {', '.join(sorted(TABLE_FUNCTIONS))}",
            seen=seen,
            where=f"sql/rules/{rule.rule}.sql",
            next_step="mend the rule: it may read the night's tables, and change nothing",
        )


@functools.cache
def why_not_one_select(sql: str) -> str:
    """What a text is instead of one SELECT; empty for one that is. Parses, and runs nothing."""
    row = _parser().execute(PARSED, {"sql": sql}).fetchone()
    if row is None:
        raise AssertionError("a SELECT without FROM gives one row")
    fault, statements, types, functions = row
    if fault:
        return str(fault.splitlines()[0])
    if statements != 1:
        return f"{statements} statements"
    kinds = set(types) - NODES
    if kinds:
        return f"a {min(kinds).split('_')[0]} within it"
    others = set(functions) - TABLE_FUNCTIONS
    return f"the table function {min(others)}" if others else ""


@functools.cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A database with nothing in it, whose parser is asked."""
    return connect(MEMORY)


def find(
    connection: duckdb.DuckDBPyConnection, rule: Rule, params: Mapping[str, str], table: str
) -> None:
    """Make the temporary table of what the rule gives; nothing that writes is run. The rule must be
    one SELECT: `check_statement`. Must not be called inside a transaction. Raises duckdb.Error."""
    connection.execute("begin transaction read only")
    try:
        connection.execute(f"create or replace temp table {table} as {rule.sql}", dict(params))
    except duckdb.Error:
        connection.execute("rollback")
        raise
    connection.execute("commit")
