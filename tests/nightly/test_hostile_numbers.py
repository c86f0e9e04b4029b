"""Numbers that no product holds, and a fill without a price: reported, and the night goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from recon.sandbox.books.model import Event
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import MONDAY, right_books, run_night


def changed(event: Event, **fields: object) -> Event:
    """The event with other members in its JSON."""
    return replace(event, raw=json.dumps({**json.loads(event.text), **fields}))


def test_neither_a_missing_price_nor_a_huge_number_stops_the_night(tmp_path: Path) -> None:
    """Each such fill is named, is in no posting, and the night is anything but clean."""
    books = right_books()
    fills = [event for event in books.trades if event.payload["event"] == "fill"][:2]
    trades = [event for event in books.trades if event not in fills]
    trades += [
        changed(fills[0], price=None),
        changed(fills[1], price="12345678901234567890123", qty="1234567890123456"),
    ]
    trades.sort(key=lambda event: event.published)
    with Sandbox(replace(books, trades=tuple(trades)), as_of=MONDAY) as sandbox:
        outcome = run_night(sandbox, tmp_path, MONDAY)
    named = {(row["rule"], row["subject"].split(" ")[-1]) for row in outcome.worst}
    ids = [str(event.payload["execution_id"]) for event in fills]
    assert outcome.result == "breaks"
    assert ("streams/event_malformed", ids[0]) in named
    assert {("ledger/event_not_posted", each) for each in ids} <= named
    assert ("trades/order_average_price_differs", "itself") in named
