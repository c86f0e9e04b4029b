"""The order in which SQL files are run: each after the tables that its `-- reads:` line names."""

from __future__ import annotations

import graphlib
from collections.abc import Mapping


def running_order(texts: Mapping[str, str]) -> list[str]:
    """Table names so that each comes after those it reads. Raises graphlib.CycleError."""
    graph = {table: reads(text) & set(texts) for table, text in sorted(texts.items())}
    return list(graphlib.TopologicalSorter(graph).static_order())


def reads(text: str) -> set[str]:
    """The tables that a SQL file says it reads."""
    for line in text.splitlines():
        if line.startswith("-- reads:"):
            return {name.strip() for name in line.removeprefix("-- reads:").split(",")}
    return set()
