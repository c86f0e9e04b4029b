"""A ledger to be filled by hand."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from recon.warehouse.connect import MEMORY, connect


@pytest.fixture
def ledger() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty table of postings in memory."""
    with connect(MEMORY) as connection:
        connection.execute(
            "create table postings (posting_id varchar, event_id varchar, kind varchar,"
            " account_id varchar, system_date date, trade_date date, settle_date date,"
            " ledger_account varchar, commodity varchar, amount decimal(38, 9))"
        )
        yield connection
