"""Fees that come sessions late: each night says of them what the whole books say.

PLAIN sells on every even day. The fee of FINRA for the sale of day 2 comes six sessions late, that
for day 4 five, and so on down to one for day 12. On day 9 a second fee of the SEC for day 4 is
charged, which is a break; that for day 10 never comes, and the sale is busted on day 14.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from recon.sandbox.books.causes import SaleFee
from recon.sandbox.books.model import Books
from tests.nightly.longbooks import DAYS, PLAIN, activity, make_long_books, trade
from tests.nightly.longnights import base_of, query, rebuild, run_long

LATE_BY = {2: 6, 4: 5, 6: 4, 8: 3, 10: 2, 12: 1}
CHARGED_TWICE, TWICE_ON = 4, 9
NEVER_CHARGED, BUSTED_ON = 10, 14
FEES = (
    "select rule, subject, verdict, expected, actual from verdicts where starts_with(rule, 'fees/')"
)
OPEN = f"{FEES} and verdict in ('break', 'pending') order by all"
NIGHTS_COMPARED = {day + sessions for day, sessions in LATE_BY.items()} | {BUSTED_ON}

pytestmark = pytest.mark.long


def books_with_late_fees() -> Books:
    """Those of PLAIN, whose fees of a day are sent with the others of a later one."""
    books = make_long_books()
    late = {f"N-TAF-{day}": day + sessions for day, sessions in LATE_BY.items()}
    changed = {*late, f"N-REG-{NEVER_CHARGED}"}
    kept = [event for event in books.activities if event.payload["id"] not in changed]
    for name, on in late.items():
        day = DAYS[int(name.rpartition("-")[2]) - 1]
        cause = SaleFee(day, PLAIN, Decimal(60), Decimal(5), 1)
        kept.append(activity(on, PLAIN, name, "FEE", "TAF", "-0.01", cause))
    cause = SaleFee(DAYS[CHARGED_TWICE - 1], PLAIN, Decimal(60), Decimal(5), 1)
    kept.append(activity(TWICE_ON, PLAIN, "N-TWICE", "FEE", "REG", "-0.05", cause))
    bust = trade(
        BUSTED_ON, PLAIN, "X-NONE", "sell", ("-5", "12"), "40", "trade_bust",
        f"X-PLAIN-{NEVER_CHARGED}", "0",
    )  # fmt: skip
    return replace(
        books,
        trades=tuple(sorted([*books.trades, bust], key=lambda event: event.published)),
        activities=tuple(sorted(kept, key=lambda event: event.published)),
    )


def missing(home: Path, fee: str) -> list[int]:
    """The days, 1 to 14, for which the night says that this fee has not come."""
    subjects = [subject for _, subject, _, _, said in query(home, OPEN) if said == "no fee"]
    return [place for place, day in enumerate(DAYS, start=1) if f"{fee} fee of {day}" in subjects]


def verdict_on(home: Path, day: int) -> object:
    """What the night says of the fee of FINRA for that day's sale."""
    amounts = f"{FEES} and rule = 'fees/taf_fee_differs'"
    ((_, _, verdict, _, _),) = query(home, f"{amounts} and subject = 'TAF fee of {DAYS[day - 1]}'")
    return verdict


@pytest.mark.parametrize("back", [1, 2])
def test_a_fee_that_comes_late_closes_its_break(back: int, tmp_path: Path) -> None:
    """On the night on which it comes, and the day after the sale it is a break."""
    books, begun_after = books_with_late_fees(), {}
    for number, night in enumerate(DAYS, start=1):
        run_long(tmp_path, books, [night], back=back)
        late = [day for day, sessions in LATE_BY.items() if day <= number < day + sessions]
        assert missing(tmp_path, "TAF") == late, f"night {number}"
        never = [NEVER_CHARGED] if NEVER_CHARGED <= number < BUSTED_ON else []
        assert missing(tmp_path, "REG") == never, f"night {number}"
        said = query(tmp_path, OPEN)
        if number in NIGHTS_COMPARED:
            came = [day for day, sessions in LATE_BY.items() if day + sessions == number]
            assert [verdict_on(tmp_path, day) for day in came] == ["pass"] * len(came)
            begun_after[number] = str(base_of(tmp_path))
            rebuild(tmp_path, night, 250)
            assert base_of(tmp_path) is None
            assert query(tmp_path, OPEN) == said, f"night {number}"
    assert all(begun_after[day + LATE_BY[day]] >= str(DAYS[day - 1]) for day in (2, 6, 8))
    log = [json.loads(line) for line in (tmp_path / "breaks/log.ndjson").read_text().splitlines()]
    assert "reopened" not in {entry["what"] for entry in log}
