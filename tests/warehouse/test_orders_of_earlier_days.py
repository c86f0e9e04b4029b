"""What a night that begins with a closing must know of the orders of the days before it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.streams import TRADES
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.ledger.making import COMPLETE, WHOLE

BASE = date(2026, 6, 12)
BEFORE, AFTER = "2026-06-10", "2026-06-15"


def sent(place: Path, event: str, order: str, day: str, **members: object) -> None:
    """One event of an order, in a segment of its own."""
    message = {
        "account_id": "A1", "event": event, "execution_id": f"{event}{order}",
        "at": f"{day}T14:00:00Z", "timestamp": f"{day}T14:00:00Z",
        "order": {"id": order, "symbol": "AAPL", "side": "buy", "filled_qty": "0"} | members,
    }  # fmt: skip
    intake = Intake(Archive(place, "2026-06-30T06:00:00Z"), TRADES, WHOLE)
    intake.take([json.dumps(message)])
    intake.record(COMPLETE)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("O1", {"created_at": f"{BEFORE}T13:00:00Z"}),
        ("O1", {"replaced_by": "O2"}),
        ("O2", {"replaces": "O1"}),
        ("O2", {"replaced_by": "O1"}),
    ],
)
def test_the_order_of_an_earlier_day_and_the_one_that_was_replaced(
    tmp_path: Path, name: str, members: dict[str, object]
) -> None:
    """O1 began before the closing; an order of no concern did too, and stays out."""
    sent(tmp_path, "new", "O1", BEFORE)
    sent(tmp_path, "new", "O9", BEFORE)
    sent(tmp_path, "canceled", name, AFTER, **members)
    assert events(tmp_path) == ["canceled" + name, "newO1"]


def test_an_order_of_its_own_day_has_nothing_before_it(tmp_path: Path) -> None:
    """The day of the broker begins at 20:00 New York the evening before."""
    sent(tmp_path, "new", "O1", BEFORE)
    sent(tmp_path, "canceled", "O1", AFTER, created_at="2026-06-15T00:00:00Z", replaces="")
    assert events(tmp_path) == ["canceledO1"]


def events(place: Path) -> list[str]:
    """The events of orders that such a night knows."""
    with connect(MEMORY) as connection:
        load_events(connection, place, read_manifest(place), BASE)
        found = connection.execute("select event_id from events.order_events order by 1").fetchall()
    return [event_id for (event_id,) in found]
