"""Which activities a closing carries, so that the nights after it judge them as whole books do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pyarrow as pa
import pytest

from recon.closings.parts import SCHEMAS
from recon.ledger.post import post_night
from recon.paths import folder
from recon.rules.trial import ONLY_STATE
from recon.warehouse.load import show_night
from tests.cases import empty_warehouse

NIGHT = date(2026, 6, 19)
# Shares go on Monday the 8th, cash comes on Friday the 12th; a fee and two dividends beside them,
# and the dividend of another security a month before.
GIVEN = """
insert into events.activities (activity_id, account_id, entry_type, entry_sub_type, status, symbol,
    qty, net_amount, group_key, system_date, receipt_order) values
('LEG1', 'A1', 'MA', 'CMA', 'executed', 'AAA', -10, 0, 'G1', '2026-06-08', 1),
('LEG2', 'A1', 'MA', 'CMA', 'executed', null, 0, 50, 'G1', '2026-06-12', 2),
('FEE', 'A1', 'FEE', 'REG', 'executed', null, 0, -1, null, '2026-06-08', 3),
('DIV1', 'A1', 'DIV', 'CDIV', 'executed', 'AAA', 0, 5, null, '2026-06-08', 4),
('DIV2', 'A1', 'DIV', 'CDIV', 'executed', 'AAA', 0, 5, null, '2026-06-10', 5),
('OPEN', 'A1', 'DIV', 'CDIV', 'executed', 'BBB', 0, 5, null, '2026-06-02', 6),
('DEPOSIT', 'A1', 'CSD', null, 'executed', null, 0, 5, null, '2026-06-03', 7),
('OLD1', 'A1', 'DIV', 'CDIV', 'executed', 'CCC', 0, 5, null, '2026-05-12', 8),
('OLD2', 'A2', 'DIV', 'CDIV', 'executed', 'CCC', 0, 5, null, '2026-05-13', 9)
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A night with an open break on OPEN, and one verdict on both dividends together."""
    with empty_warehouse(tmp_path_factory.mktemp("archive")) as connection:
        connection.execute(GIVEN)
        connection.execute(ONLY_STATE)
        show_night(connection, NIGHT, None)
        post_night(connection, NIGHT, None, {"activity_entries", "issuer_legs"})
        connection.execute(
            "create table main.verdicts as select unnest([['FEE'], ['DIV1', 'DIV2']]) as evidence"
        )
        item = {"break_id": "b", "evidence": ["OPEN"]}
        items = pa.Table.from_pylist([item], SCHEMAS["open"])
        connection.register("open_items", items)
        yield connection


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 8), ["DEPOSIT", "DIV1", "LEG1", "OLD1", "OPEN"]),
        (date(2026, 6, 11), ["DEPOSIT", "DIV1", "LEG1", "OPEN"]),
        (date(2026, 6, 15), ["DIV1", "LEG1", "LEG2", "OPEN"]),
        (date(2026, 6, 18), ["DIV1", "OPEN"]),
    ],
)
def test_a_closing_carries_what_later_activities_may_belong_to(
    night: duckdb.DuckDBPyConnection, day: date, expected: list[str]
) -> None:
    """What is open, for ever; a dividend while the other of its verdict is later; a leg until five
    days after the last of its group; a deposit for twelve days; never a fee by itself."""
    sql = (folder("sql") / "closings" / "carried.sql").read_text(encoding="utf-8")
    rows = night.execute(sql, {"day": day}).fetchall()
    assert [identity for (identity,) in rows] == expected
