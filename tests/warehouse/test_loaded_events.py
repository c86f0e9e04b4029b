"""What the tables lack of the archive is counted, whichever of them lost it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.paths import folder
from recon.rules.fixture import Rows
from recon.rules.given import stage_given
from tests.cases import empty_warehouse

LEG = {"qty": "1", "price": "2", "symbol": "AAPL260619C00200000"}
SPREAD = {
    "account_id": "A1", "at": "2026-06-15T14:00:00Z", "event": "fill", "qty": "1",
    "event_id": "01KV00000000000000000000M1", "order": {"id": "P1", "order_class": "mleg"},
    "legs": [{"order_id": "L1", **LEG}, {"order_id": "L2", "execution_id": "E2", **LEG}],
}  # fmt: skip
DEPOSIT = {
    "id": "N1", "account_id": "A1", "at": "2026-06-15T14:00:00Z", "entry_type": "CSD",
    "status": "executed", "system_date": "2026-06-15", "net_amount": "5",
}  # fmt: skip
TRADE = {
    "ref_id": "T1", "account_id": "A1", "at": "2026-06-15T14:00:00Z", "activity_type": "TRD",
    "status": "executed", "executed_at": "2026-06-15T14:00:00Z", "qty": "1", "price": "2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "short"),
    [
        ("delete from events.executions where order_id = 'L1'", ("trades", 3, 2)),
        ("delete from events.executions where execution_id = 'E2'", ("trades", 3, 2)),
        ("delete from events.order_events", ("trades", 3, 2)),
        ("delete from events.activities", ("nta", 1, 0)),
        ("delete from events.trade_activities", ("activities", 1, 0)),
        ("select 1", None),
    ],
)
def test_a_table_that_loses_a_row_is_short_of_it(
    tmp_path: Path, loss: str, short: tuple[str, int, int] | None
) -> None:
    """Each archived event has the rows that it must have; here each table in turn loses one."""
    with empty_warehouse(tmp_path) as connection:
        sent = {"trades": SPREAD, "nta": DEPOSIT, "activities": TRADE}
        given: dict[str, Rows] = {
            f"{name} events": [{"json": json.dumps(event)}] for name, event in sent.items()
        }
        stage_given(connection, given)
        connection.execute(loss)
        text = (folder("sql") / "events" / "loaded_events.sql").read_text("utf-8")
        rows = connection.execute(
            f"select stream, wanted, found from ({text}) where found <> wanted"
        ).fetchall()
    assert rows == ([short] if short else [])
