"""What a night that begins with a closing must know of activities from before it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from recon.archive.archive import Archive
from recon.archive.intake import Intake
from recon.archive.manifest import read_manifest
from recon.feeds.streams import ACTIVITIES, NTA, TRADES, Stream
from recon.warehouse.connect import MEMORY, connect
from recon.warehouse.load import load_events
from tests.ledger.making import COMPLETE, WHOLE

BASE = date(2026, 6, 12)
STATES = """
select activity_id, state, status, corrected_by, reversal_rank
from events.activity_states order by all
"""


def archive(place: Path, stream: Stream, **message: object) -> None:
    """One message in a segment of its own."""
    usual = {"account_id": "A1", "status": "executed", "net_amount": "1"}
    intake = Intake(Archive(place, "2026-06-30T06:00:00Z"), stream, WHOLE)
    intake.take([json.dumps(usual | message)])
    intake.record(COMPLETE)


def typed(place: Path, identity: str, day: str, previous: str = "") -> None:
    """A deposit as the activity stream tells it."""
    said = {"ref_id": identity, "activity_type": "CSD", "at": f"{day}T14:00:00Z"}
    details = {"system_date": day}
    archive(place, ACTIVITIES, **said, previous_id=previous or None, details=details)


def states(place: Path) -> list[tuple[object, ...]]:
    """Every state that such a night knows."""
    with connect(MEMORY) as connection:
        load_events(connection, place, read_manifest(place), BASE)
        return connection.execute(STATES).fetchall()


def test_the_activity_that_is_taken_back_and_who_took_it_back_before(tmp_path: Path) -> None:
    """N2 replaced N1 before the closing, so N3 does not do it again; N9 is of no concern."""
    typed(tmp_path, "N1", "2026-06-10")
    typed(tmp_path, "N2", "2026-06-11", previous="N1")
    typed(tmp_path, "N9", "2026-06-11")
    typed(tmp_path, "N3", "2026-06-16", previous="N1")
    assert states(tmp_path) == [
        ("N1", 1, "executed", None, 1),
        ("N1", 2, "canceled", "N2", 1),
        ("N2", 1, "executed", None, 1),
        ("N3", 1, "executed", None, 2),
    ]


def test_what_the_older_stream_told_of_it(tmp_path: Path) -> None:
    """The reference is to an id, on whichever stream it was told."""
    day = "2026-06-10"
    said = {"id": "N1", "entry_type": "CSD", "at": f"{day}T14:00:00Z", "system_date": day}
    archive(tmp_path, NTA, **said)
    typed(tmp_path, "N3", "2026-06-16", previous="N1")
    assert states(tmp_path) == [
        ("N1", 1, "executed", None, 1),
        ("N1", 2, "canceled", "N3", 1),
        ("N3", 1, "executed", None, 1),
    ]


def test_the_bond_that_matures_after_the_closing_came_in_before_it(tmp_path: Path) -> None:
    """A maturity names a CUSIP alone; other bonds and earlier coupons are of no concern."""
    for identity, symbol, cusip in (("N1", "T 4 26", "91282CHB0"), ("N2", "T 5 27", "912828ZZ9")):
        came = {"ref_id": identity, "activity_type": "ACATS", "at": "2026-06-10T14:00:00Z"}
        asset, details = {"symbol": symbol, "cusip": cusip}, {"system_date": "2026-06-10"}
        archive(tmp_path, ACTIVITIES, **came, qty="1000", asset=asset, details=details)
    named = {"cusip": "91282CHB0"}
    paid = {"ref_id": "N3", "activity_type": "INT", "at": "2026-06-11T14:00:00Z"}
    archive(tmp_path, ACTIVITIES, **paid, details={"system_date": "2026-06-11"} | named)
    matured = {"ref_id": "N4", "activity_type": "FIMAT", "at": "2026-06-16T14:00:00Z"}
    details = {"system_date": "2026-06-16"} | named
    archive(tmp_path, ACTIVITIES, **matured, qty="-1000", details=details)
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path), BASE)
        loaded = connection.execute(
            "select activity_id, symbol from events.activities order by all"
        ).fetchall()
    assert loaded == [("N1", "T 4 26"), ("N4", "T 4 26")]


def test_the_contract_that_is_traded_after_the_closing_was_adjusted_before_it(
    tmp_path: Path,
) -> None:
    """The swap prints 40.01 for 2 at 0.1942: 103 shares a contract. Other swaps do not matter."""
    for identity, symbol in (("N1", "ITUB2260619C00007770"), ("N2", "KORU2260619C00005000")):
        swapped = {"id": identity, "entry_type": "OPCA", "symbol": symbol, "qty": 2}
        dated = {"at": "2026-06-10T14:00:00Z", "system_date": "2026-06-10"}
        archive(tmp_path, NTA, **swapped, **dated, price=0.1942, net_amount=-40.01)
    order = {"id": "O1", "symbol": "ITUB2260619C00007770", "asset_class": "us_option"}
    sold = {"event": "fill", "execution_id": "E1", "order": order | {"side": "sell"}}
    amounts = {"qty": "2", "price": "1", "timestamp": "2026-06-16T14:00:00Z"}
    archive(tmp_path, TRADES, **sold, **amounts, at="2026-06-16T14:00:00Z")
    with connect(MEMORY) as connection:
        load_events(connection, tmp_path, read_manifest(tmp_path), BASE)
        assert connection.execute("select activity_id from events.activities").fetchall() == [
            ("N1",)
        ]
        assert connection.execute(
            "select multiplier, multiplier_is_unknown from events.executions"
        ).fetchall() == [(103, False)]
