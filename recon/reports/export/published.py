"""The export of the books that the last night published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from recon.errors import UsageError
from recon.reports.export.beancount import write_beancount
from recon.reports.export.hledger import write_hledger
from recon.warehouse.connect import connect

WRITERS = {"beancount": write_beancount, "hledger": write_hledger}


def export_published(home: Path, program: str) -> Iterator[bytes]:
    """The ledger as a file of that program, in UTF-8 pieces. Raises UsageError before the first."""
    warehouse = home / "warehouse.duckdb"
    if not warehouse.is_file():
        raise UsageError(
            expected="a warehouse that a night has published",
            seen="no file",
            where=str(warehouse),
            next_step="run `recon run --date D`, or name the right RECON_HOME with --home",
        )
    with connect(warehouse, read_only=True) as connection:
        for piece in WRITERS[program](connection):
            yield piece.encode()
