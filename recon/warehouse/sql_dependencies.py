"""The order in which SQL files are run: each after the tables that its `-- reads:` line names."""

from __future__ import annotations

import graphlib
from collections.abc import Mapping, Set


def running_order(texts: Mapping[str, str], wanted: Set[str] | None = None) -> list[str]:
    """Table names so that each comes after those it reads; only the `wanted` ones and what they
    read, if any are named. Raises graphlib.CycleError."""
    graph = {table: reads(text) & set(texts) for table, text in sorted(texts.items())}
    needed = set(graph) if wanted is None else set()
    waiting = list(wanted or ())
    while waiting:
        table = waiting.pop()
        if table in graph and table not in needed:
            needed.add(table)
            waiting += graph[table]
    return [table for table in graphlib.TopologicalSorter(graph).static_order() if table in needed]


def reads(text: str) -> set[str]:
    """The tables that a SQL file says it reads."""
    for line in text.splitlines():
        if line.startswith("-- reads:"):
            return {name.strip() for name in line.removeprefix("-- reads:").split(",")}
    return set()
