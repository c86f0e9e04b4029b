"""Numbers that no product holds, and a fill without a price: reported, and the night goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from recon.nightly.run import check_date
from recon.sandbox.books.model import Event
from recon.sandbox.wire.server import Sandbox
from tests.nightly.nights import MONDAY, right_books, run_night, settings_of
from tests.nightly.test_hostile_events import USUAL, ingest


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
    assert {("streams/event_malformed", each) for each in ids} <= named
    assert ("ledger/event_not_posted", ids[0]) in named
    assert not {what for _, what in named} & {"itself"}, "no rule stops for all because of one"


def test_none_of_the_messages_that_once_ended_every_night_does(tmp_path: Path) -> None:
    """Each is named, and what was booked of none is missing silently."""
    home = tmp_path / "home"
    with Sandbox(right_books(), as_of=MONDAY) as sandbox:
        assert run_night(sandbox, home, MONDAY).result == "clean"
    spin: dict[str, Any] = {
        "entry_type": "SPIN", "symbol": "BBB", "qty": "5", "price": "1", "net_amount": 0,
        "description": "Target Symbol: BBB, Initiating Symbol: AAA, 1 ",
    }  # fmt: skip
    changes: dict[str, dict[str, Any]] = {
        "amount": {"net_amount": "9" * 29},
        "split": {"entry_type": "SPLIT", "symbol": "AAA", "qty": "1e20", "price": "1"},
        "never": {"system_date": "9999-12-31"},
        "before-all": {"system_date": "0001-01-01"},
        "spin-1": spin | {"entry_sub_type": "AA"},
        "spin-2": spin | {"entry_sub_type": "BB"},
    }
    nta = [json.dumps(USUAL["nta"] | {"id": f"X-{name}"} | new) for name, new in changes.items()]
    executed: dict[str, Any] = {"ref_id": "X-early", "executed_at": "1677-09-21T00:12:44Z"}
    order = USUAL["trades"]["order"] | {"side": "sell", "symbol": "AAA"}
    sold: dict[str, Any] = {
        "execution_id": "X-sold",
        "qty": "9" * 12,
        "price": "9" * 12,
        "order": order,
    }
    ingest(home, "nta", nta)
    ingest(home, "activities", [json.dumps(USUAL["activities"] | executed)])
    ingest(home, "trades", [json.dumps(USUAL["trades"] | sold)])
    outcome = check_date(settings_of(home, "http://127.0.0.1:9"), MONDAY)
    named = {row["subject"] for row in outcome.worst if row["rule"] == "streams/event_malformed"}
    reported = (Path(outcome.reports) / "discrepancies.csv").read_text("utf-8")
    assert outcome.result == "breaks"
    assert {f"event X-{name} of nta" for name in ("amount", "split", "never", "before-all")} | {
        "event X-early of activities",
        "event X-sold of trades",
    } <= named
    assert not [row for row in outcome.worst if row["subject"] == "the rule itself"]
    assert all(f"SPIN of BBB from AAA 2026-06-15 {name}" in reported for name in ("AA", "BB"))
