"""Values that no book holds: null and named in the warehouse, exact in the archive."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.stream_end import StreamEnd
from recon.feeds.streams import ARCHIVED
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.ledger.making import WHOLE

NTA = {
    "id": "N1", "account_id": "A1", "at": "2026-06-15T15:00:00Z", "entry_type": "CSD",
    "status": "executed", "net_amount": "1", "qty": "2", "price": "3",
    "system_date": "2026-06-15", "settle_date": "2026-06-15",
}  # fmt: skip
TRADE = {
    "account_id": "A1", "at": "2026-06-15T15:00:00Z", "event": "fill", "execution_id": "E1",
    "order": {"id": "O1", "symbol": "AAPL", "side": "buy", "filled_avg_price": "1"},
    "timestamp": "2026-06-15T15:00:00Z", "qty": "1", "price": "1",
}  # fmt: skip
LARGEST = "999999999999999.999999999"
EDGE = "9" * 29 + ".999999999"


def staged(archive: Path, stream: str, message: dict[str, Any]) -> dict[str, Any]:
    """The one archived message as the warehouse has it; the archive keeps its text."""
    intake = Intake(Archive(archive, "2026-06-30T06:00:00Z"), ARCHIVED[stream], WHOLE)
    intake.take([json.dumps(message)])
    intake.record(StreamEnd("complete", 1, 0, 0, ()))
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        query = f"select * exclude (event_at), event_at::varchar as event_at from archived_{stream}"
        relation = connection.sql(query)
        [row] = relation.fetchall()
        return dict(zip(relation.columns, row, strict=True))


@pytest.mark.parametrize("value", [LARGEST, f"-{LARGEST}", "0.000000001", "-0.000000001"])
def test_the_largest_and_smallest_that_a_book_holds_stay(tmp_path: Path, value: str) -> None:
    """To the last digit."""
    row = staged(tmp_path, "nta", NTA | {"net_amount": value})
    assert (row["net_amount"], row["unread"], row["malformed"]) == (Decimal(value), [], None)


@pytest.mark.parametrize("value", ["1000000000000000", "-1000000000000000", "1e28", EDGE])
def test_larger_numbers_are_named(tmp_path: Path, value: str) -> None:
    """An amount that an event must have makes it malformed."""
    row = staged(tmp_path, "nta", NTA | {"net_amount": value})
    assert row["net_amount"] is None
    assert row["malformed"] == "lacks net_amount"
    [reason] = row["unread"]
    assert reason.startswith("net_amount: expected less than 1000000000000000, saw ")


def test_money_that_a_price_and_a_quantity_make_is_held_to_the_same(tmp_path: Path) -> None:
    """Each alone is plausible; the price is set aside."""
    row = staged(tmp_path, "trades", TRADE | {"qty": "40000000", "price": "-30000000"})
    assert (row["qty"], row["price"]) == (Decimal(40000000), None)
    [reason] = row["unread"]
    assert reason.startswith("price: expected less than 1000000000000000 with the quantity, saw ")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("system_date", "0001-01-01"),
        ("system_date", "1969-12-31"),
        ("system_date", "2028-06-16"),
        ("system_date", "9999-12-31"),
        ("settle_date", "2200-01-01"),
        ("at", "1677-09-21T00:12:44Z"),
        ("at", "1677-09-21T00:12:43.145224193Z"),
        ("at", "2200-01-01T00:00:00Z"),
        ("at", "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_days_and_instants_at_the_edges_are_named(tmp_path: Path, column: str, value: str) -> None:
    """Money that is booked in a year that never comes would be in no report."""
    row = staged(tmp_path, "nta", NTA | {column: value})
    assert row["event_at" if column == "at" else column] is None
    assert [reason.split(": ")[0] for reason in row["unread"]] == [column]
    assert (row["malformed"] is None) == (column == "settle_date")
