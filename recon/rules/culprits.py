"""Finds whose data a rule fails on, so that it judges all the others.

A rule that looks at one account at a time, or at one symbol, says of each the same whether the
others are there or not (`-- scope:`). So the accounts are halved until those stand alone that the
rule fails on, and it is run without them. The tables that it reads are shown in part by temporary
views of their names.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from recon.rules.header import Rule

COLUMNS = {"account": "account_id", "symbol": "symbol"}
CULPRITS_MAX = 10  # with more of them the rule is not run so often: it has judged nothing
TABLES = """
select table_name from information_schema.columns
where table_catalog = current_database() and table_schema = 'main' and column_name = $column
    and table_name in (select unnest($reads::varchar[]))
order by table_name
"""
SHOW = """
create or replace temp view "{table}" as
select * from "{database}".main."{table}"
where {column} is null or {column} in (select name from shown_names)
"""


def judge_others(
    connection: duckdb.DuckDBPyConnection, rule: Rule, find: Callable[[], str | None]
) -> dict[str, str]:
    """Whose data the rule fails on, and how. `find` runs the rule, and says why not if it fails.

    After it the rule has been run without these; with none in the answer it cannot be.
    """
    column = COLUMNS.get(rule.scope)
    if column is None:
        return {}
    params = {"column": column, "reads": sorted(rule.reads)}
    tables = [str(table) for (table,) in connection.execute(TABLES, params).fetchall()]
    names = _names(connection, column, tables)
    ((database,),) = connection.execute("select current_database()").fetchall()
    try:
        _show(connection, names)
        for table in tables:
            connection.execute(SHOW.format(table=table, database=database, column=column))
        found = _halved(connection, names, find)
        _show(connection, [name for name in names if name not in found])
        return found if found and find() is None else {}
    finally:
        for table in tables:
            connection.execute(f'drop view if exists temp."{table}"')


def _names(connection: duckdb.DuckDBPyConnection, column: str, tables: list[str]) -> list[str]:
    """Every account or symbol in those tables."""
    parts = [f'select {column} as name from main."{table}"' for table in tables]  # noqa: S608 -- names of ours
    rows = connection.execute(
        f"select distinct name from ({' union all '.join(parts) or 'select null as name'})"  # noqa: S608
        " where name is not null order by name"
    ).fetchall()
    return [str(name) for (name,) in rows]


def _show(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    connection.execute(
        "create or replace temp table shown_names as select unnest($names::varchar[]) as name",
        {"names": names},
    )


def _halved(
    connection: duckdb.DuckDBPyConnection, names: list[str], find: Callable[[], str | None]
) -> dict[str, str]:
    """The names with which alone the rule fails, and how; none where they are too many."""
    found: dict[str, str] = {}
    waiting = [names]
    while waiting and len(found) <= CULPRITS_MAX:
        part = waiting.pop()
        _show(connection, part)
        failure = find() if part else None
        if failure is not None and len(part) == 1:
            found[part[0]] = failure
        elif failure is not None:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
    return {} if len(found) > CULPRITS_MAX else found
