"""Of a day that a late fee is for, a night reads what its account did, from either stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recon.archive.manifest import read_manifest
from recon.feeds.streams import ACTIVITIES, NTA
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.archive.making import archived_texts

SOLD_ON, BASE = date(2026, 6, 8), date(2026, 6, 12)


def told(ref_id: str, day: str, kind: str, sub_type: str = "", **more: Any) -> str:
    """A message of the newer activity stream about what A1 did on the day of the sale, or A2."""
    message = {
        "ref_id": ref_id, "account_id": "A1", "at": f"{day}T23:00:00Z", "activity_type": kind,
        "activity_subtype": sub_type, "status": "executed", "executed_at": f"{SOLD_ON}T15:00:00Z",
        "net_amount": "-1", "details": {"system_date": day},
    }  # fmt: skip
    return json.dumps(message | more)


def sale(ref_id: str, account_id: str) -> str:
    """Five shares sold."""
    details = {"system_date": str(SOLD_ON), "order_id": f"O-{ref_id}", "side": "sell"}
    of_sale: dict[str, Any] = {
        "qty": "5",
        "price": "10",
        "asset": {"symbol": "AAPL"},
        "details": details,
    }
    return told(ref_id, str(SOLD_ON), "TRD", account_id=account_id, **of_sale)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sales and one fee of the day, another fee two days later, and one after the base."""
    archived_texts(tmp_path, ACTIVITIES, [sale("T1", "A1"), sale("T2", "A2")])
    archived_texts(tmp_path, ACTIVITIES, [told("F1", "2026-06-10", "FEE", "REG")])
    archived_texts(tmp_path, ACTIVITIES, [told("F2", "2026-06-10", "FEE", "TAF", account_id="A2")])
    archived_texts(tmp_path, ACTIVITIES, [told("F3", "2026-06-16", "FEE", "TAF")])
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path), BASE)
        yield connection


def test_the_sales_and_the_fees_of_that_account_and_day_are_read(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """A1 alone has a late fee; of A2 nothing is read."""
    assert night.execute("from events.fee_days").fetchall() == [("A1", SOLD_ON)]
    assert night.execute("select execution_id from events.executions").fetchall() == [("T1",)]
    fees = "select activity_id, fee_date from events.activities order by all"
    assert night.execute(fees).fetchall() == [("F1", SOLD_ON), ("F3", SOLD_ON)]


def test_a_clearing_fee_that_names_an_earlier_execution_is_for_its_day(tmp_path: Path) -> None:
    """The older stream prints no date of it; the execution is read, so that the fee has a day."""
    fee = {
        "id": "F4", "account_id": "A2", "at": "2026-06-16T23:00:00Z", "entry_type": "FEE",
        "net_amount": -0.02, "qty": 0, "status": "executed", "system_date": "2026-06-16",
        "description": "OCC Clearing Fee", "execution_id": "T2",
    }  # fmt: skip
    archived_texts(tmp_path, ACTIVITIES, [sale("T1", "A1"), sale("T2", "A2")])
    archived_texts(tmp_path, NTA, [json.dumps(fee)])
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path), BASE)
        assert connection.execute("from events.fee_days").fetchall() == [("A2", SOLD_ON)]
        named = connection.execute("select execution_id from events.executions").fetchall()
        assert ("T2",) in named
