"""What the adapter reads in legacy descriptions, and that it never reads half a number."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon.archive.columns import read_row
from recon.archive.manifest import Fetch, append, read_manifest
from recon.archive.segment import write_segment
from recon.feeds.streams import NTA
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events


def activity(archive: Path, **fields: object) -> dict[str, Any]:
    """The canonical row of one activity that the broker sent."""
    event = {
        "id": "5f0b2c9e-0000-4000-8000-000000000001", "account_id": "A1", "status": "executed",
        "at": "2026-06-15T12:00:00Z", "system_date": "2026-06-15", "settle_date": "2026-06-15",
        "net_amount": 0, "qty": 0, "symbol": "", "event_ulid": "01JXT0000000000000000000AA",
    }  # fmt: skip
    row = read_row(NTA, json.dumps(event | fields))
    segment = write_segment(archive / "nta", "000001-0000", NTA, [row])
    window = {"since": "2026-06-15T00:00:00Z", "until": "2026-06-16T00:00:00Z"}
    counts = {"received": 1, "new": 1, "duplicates": 0}
    append(
        archive,
        Fetch(fetch=1, stream="nta", ended="complete", segments=(segment,), **window, **counts),  # type: ignore[arg-type]  # two plain dicts
    )
    with connect(MEMORY) as connection:
        load_events(connection, archive, read_manifest(archive))
        (read,) = connection.sql("select * from events.activities").pl().to_dicts()
    return dict(read)


@pytest.mark.parametrize(
    ("description", "column"),
    [
        ("Cash DIV @ 1e-05, Pos QTY: 10, Rec Date: 2026-06-12", "rate"),
        ("Cash DIV @ 0.3, Pos QTY: 1,00, Rec Date: 2026-06-12", "entitled_qty"),
        ("Cash DIV @ 0.3, Pos QTY: 1000,000, Rec Date: 2026-06-12", "entitled_qty"),
        ("DIV tax withholding on $1.200,00 at 25% for tax country IND; w8w9: w8", "gross_amount"),
        ("REMOVE, From QTY:-1,0000, To QTY:100, Position Value:1.5", "old_qty"),
        ("REG fee for proceed of $1,500,25 on 2026-06-15 by 1", "fee_base"),
    ],
)
def test_half_a_number_is_no_number(tmp_path: Path, description: str, column: str) -> None:
    """A form that is not documented gives null, so that a rule says not_evaluated, not wrong."""
    read = activity(tmp_path, entry_type="DIV", entry_sub_type="CDIV", description=description)
    assert read[column] is None


@pytest.mark.parametrize(
    ("description", "column", "value"),
    [
        ("Cash DIV @ 1,234.5, Pos QTY: 10, Rec Date: 2026-06-12", "rate", "1234.5"),
        ("Cash DIV @ 0.3, Pos QTY: 2,607.144585, Rec Date: 2026-06", "entitled_qty", "2607.144585"),
        ("Cash DIV @ 0.3, Pos QTY: -1,234,567", "entitled_qty", "-1234567"),
        ("DIV tax withholding on $1,200.50 at 25% for tax country IND", "gross_amount", "1200.5"),
        ("REMOVE, From QTY:-1,000, To QTY:12,500, Position Value:1.5", "old_qty", "1000"),
        ("REMOVE, From QTY:-1,000, To QTY:12,500, Position Value:1.5", "new_qty", "12500"),
        ("Cash Merger $1,021.5 per share", "cash_rate", "1021.5"),
        ("Stock Merger 1,000.5 NEW and $1,2.5 for 2,000 OLD", "old_rate", "2000"),
        ("Stock Merger 1,000.5 NEW for 2,000 OLD", "exchange_rate", "1000.5"),
        ("Target Symbol: NEW, Initiating Symbol: OLD, 1,500 for each 1", "exchange_rate", "1500"),
        ("REG fee for proceed of $1,500.25 on 2026-06-15 by 1", "fee_base", "1500.25"),
        ("TAF fee for proceed of 2,607.144585 shares (2 trades) on 2026-06-15 by 1", "fee_base",
         "2607.144585"),
    ],
)  # fmt: skip
def test_thousands_may_be_printed_apart(
    tmp_path: Path, description: str, column: str, value: str
) -> None:
    """Groups of three digits are one number; anything else with a comma is none."""
    read = activity(tmp_path, entry_type="DIV", entry_sub_type="CDIV", description=description)
    assert read[column] == Decimal(value)


@pytest.mark.parametrize(
    ("symbol", "qty", "leg"), [("YTEN", 5, "REMOVE"), ("YTENQ", -5, "ADD"), ("YTEN", -5, "REMOVE")]
)
def test_a_short_holders_legs_are_not_swapped(
    tmp_path: Path, symbol: str, qty: int, leg: str
) -> None:
    """The old symbol is what is removed, whichever sign the holding has."""
    read = activity(
        tmp_path,
        entry_type="NC",
        entry_sub_type="SNC",
        description="Name Change from YTEN to YTENQ",
        symbol=symbol,
        qty=qty,
    )
    assert (read["ca_leg"], read["source_symbol"], read["target_symbol"]) == (leg, "YTEN", "YTENQ")
