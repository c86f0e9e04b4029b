"""Finds the rules: every file below `sql/rules`. A rule's id is its path without `.sql`."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from recon.ledger.post import MADE_READ
from recon.paths import folder
from recon.rules.header import Rule, parse_rule
from recon.warehouse.sql_dependencies import reads

STREAM = re.compile(r"\bstream_(\w+)")


def find_rules(root: Path | None = None) -> list[Rule]:
    """Every rule, by id. Raises RuleError for a file that is no rule."""
    top = root or folder("sql") / "rules"
    return [
        parse_rule(file.relative_to(top).with_suffix("").as_posix(), file.read_text("utf-8"))
        for file in sorted(top.rglob("*.sql"))
    ]


def pack_hash(rules: Iterable[Rule]) -> str:
    """sha256 over the ids and texts of the rules: which rule pack a night was checked with."""
    digest = hashlib.sha256()
    for rule in rules:
        digest.update(f"{rule.rule}\0{rule.sql}\0".encode())
    return digest.hexdigest()


def streams_behind(tables: Iterable[str]) -> set[str]:
    """The streams that tables are built from, through the ledger down to the segments."""
    return set().union(*(_streams_behind(table) for table in tables))


@functools.cache
def _streams_behind(table: str) -> frozenset[str]:
    text = MADE_READ.get(table) or _sql(table)
    return frozenset(STREAM.findall(text)) | streams_behind(reads(text))


def _sql(table: str) -> str:
    """The SQL that a table is made with; nothing for one that is loaded."""
    for stage in ("views", "ledger", "events"):
        file = folder("sql") / stage / f"{table}.sql"
        if file.is_file():
            return file.read_text("utf-8")
    return ""
