"""Finds the rules: every file below `sql/rules`. A rule's id is its path without `.sql`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from recon.resources import folder
from recon.rules.header import Rule, parse_rule
from recon.warehouse.order import reads

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
    """The streams that a table is built from, through the ledger down to the segments."""
    sql = folder("sql")
    found: set[str] = set()
    for table in tables:
        ledger, events = sql / "ledger" / f"{table}.sql", sql / "events" / f"{table}.sql"
        if ledger.is_file():
            found |= streams_behind(reads(ledger.read_text("utf-8")))
        elif events.is_file():
            text = events.read_text("utf-8")
            found |= set(STREAM.findall(text)) | streams_behind(reads(text))
    return found
