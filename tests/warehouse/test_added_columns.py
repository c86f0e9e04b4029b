"""An archive of an earlier release, whose segments lack a column, is read beside new ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recon.archive.columns import read_row
from recon.archive.manifest import Fetch, append, read_manifest
from recon.archive.segment import write_segment
from recon.feeds.streams import TRADES, Stream
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events

ADDED = (
    "fx_rate", "order_swap_fee_bps", "client_order_id", "order_time_in_force",
    "order_extended_hours", "order_replaces", "order_replaced_by", "order_created_at",
    "order_submitted_at", "order_filled_at", "order_expired_at", "order_cancel_requested_at",
    "order_canceled_at", "order_failed_at", "order_replaced_at", "order_stop_price",
    "order_trail_price", "order_trail_percent", "order_hwm", "order_commission",
)  # fmt: skip
EARLIER = replace(
    TRADES, columns=tuple(column for column in TRADES.columns if column.name not in ADDED)
)
NAMED = {"previous_execution_id": "E1", "event": "trade_bust"}


def archived(archive: Path, number: int, stream: Stream, day: str, **members: str) -> None:
    """One fetch of one fill, written with that release's columns."""
    event = {
        "account_id": "A1", "at": f"{day}T14:00:00Z", "event": "fill", "execution_id": f"E{number}",
        "qty": "1", "price": "2", "swap_rate": "0.9948565977241001",
        "order": {"id": f"O{number}", "symbol": "AAPL", "side": "buy", "time_in_force": "day",
                  "created_at": f"{day}T13:00:00.123456789Z", "replaces": "O0",
                  "extended_hours": False, "hwm": "1.50"},
    }  # fmt: skip
    row = read_row(stream, json.dumps(event | members))
    segment = write_segment(archive / "trades", f"{number:06d}-0000", stream, [row])
    append(
        archive,
        Fetch(
            fetch=number,
            stream="trades",
            since=f"{day}T00:00:00Z",
            until=f"{day}T23:00:00Z",
            ended="complete",
            received=1,
            new=1,
            duplicates=0,
            segments=(segment,),
        ),
    )


@pytest.mark.parametrize("base", [None, date(2026, 6, 12)])
@pytest.mark.parametrize("order", [(EARLIER, TRADES), (TRADES, EARLIER)])
def test_what_an_earlier_release_did_not_write_is_absent(
    tmp_path: Path, order: Sequence[Stream], base: date | None
) -> None:
    """Whichever was written first, and also where a bust names an execution of before the base."""
    archived(tmp_path, 1, order[0], "2026-06-08")
    archived(tmp_path, 2, order[1], "2026-06-15", **NAMED)
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path), base)
        rows = connection.execute(
            "select execution_id, swap_rate::varchar from events.executions order by 1"
        ).fetchall()
        times = connection.execute(
            "select event_id, time_in_force, replaces, order_created_at::varchar,"
            " extended_hours, hwm"
            " from events.order_events"
            " inner join (select identity as event_id, order_extended_hours as extended_hours,"
            " order_hwm as hwm from archived_trades) using (event_id) order by 1"
        ).fetchall()
    known = {TRADES: "0.994856597724100100", EARLIER: None}
    assert rows == [("E1", known[order[0]]), ("E2", known[order[1]])]
    entered = {
        TRADES: ("day", "O0", "{} 13:00:00.123456+00", False, "1.50"),
        EARLIER: (None,) * 5,
    }
    days = ("2026-06-08", "2026-06-15")
    assert [row[1:] for row in times] == [
        tuple(cell.format(day) if isinstance(cell, str) else cell for cell in entered[stream])
        for stream, day in zip(order, days, strict=True)
    ]
