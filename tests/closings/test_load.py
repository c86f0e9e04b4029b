"""What a night takes from closings that lie before the one it begins with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from recon.closings.load import load_earlier_positions
from recon.closings.parts import SCHEMAS
from recon.closings.store import write_closing
from tests.cases import empty_warehouse

FRIDAY, MONDAY, TUESDAY = date(2026, 5, 29), date(2026, 6, 1), date(2026, 6, 2)


def test_holdings_about_a_record_date_come_from_the_closings(tmp_path: Path) -> None:
    """A1 held 5 on the Friday, of which the Monday's closing knows nothing more than its cash; A2
    was not there yet; A3, without a dividend, held 7 on both days; the closing of the Tuesday lies
    after the base."""
    held = [("C:A1:POS", "AAPL", "QTY", 5), ("C:A1:CASH", "USD", "CASH", 1)]
    others = [("C:A3:POS", "AAPL", "QTY", 7), ("EXT:ISSUER", "AAPL", "QTY", 1)]
    closings = {
        str(day): write_closing(
            tmp_path,
            day,
            {"balances": _balances([*rows, *others])},
            None,
            run=1,
            fetch=1,
        )
        for day, rows in ((FRIDAY, held), (MONDAY, held[1:]), (TUESDAY, held))
    }
    with empty_warehouse(tmp_path) as connection:
        connection.execute(
            """insert into events.activities by name
            select 'N' || account_id as activity_id, account_id, 'DIV' as entry_type,
                'AAPL' as symbol, ?::date as record_date, record_date + 14 as system_date
            from (values ('A1'), ('A2')) as holders (account_id)""",
            [TUESDAY],
        )
        load_earlier_positions(connection, tmp_path, closings, MONDAY)
        rows = connection.execute("from events.earlier_positions order by all").fetchall()
    assert rows == [
        (FRIDAY, "A1", "AAPL", Decimal(5)),
        (FRIDAY, "A3", "AAPL", Decimal(7)),
        (MONDAY, "A1", "AAPL", Decimal(0)),
        (MONDAY, "A3", "AAPL", Decimal(7)),
    ]


def _balances(rows: list[tuple[str, str, str, int]]) -> pa.Table:
    columns = zip(*((*row[:3], Decimal(row[3])) for row in rows), strict=True)
    return pa.table(list(map(list, columns)), names=SCHEMAS["balances"].names)
