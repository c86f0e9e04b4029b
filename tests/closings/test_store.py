"""Closings hold each day's balances, keep every version, and are refused where they are damaged."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from recon.archive.manifest import Fetch
from recon.archive.segment import Segment
from recon.closings.parts import SCHEMAS
from recon.closings.start import choose_closing
from recon.closings.store import (
    Closing,
    ClosingDamaged,
    index,
    latest,
    read_closing,
    read_index,
    still_valid,
    write_closing,
)
from recon.nightly.verify import acknowledge
from tests.nightly.longbooks import BOOKED, DAYS, STATED, SYMBOLS, at_close, make_long_books
from tests.nightly.longnights import LongHome, copy_of, report, run_long, versions

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = DAYS[5:9]
BALANCES, NO_LINES = SCHEMAS["balances"], SCHEMAS["lines"].empty_table()


def balances(*rows: tuple[str, str, str, str]) -> pa.Table:
    """Account, commodity, measure and amount of each row."""
    amounts = [
        {**dict(zip(BALANCES.names, row, strict=True)), "amount": Decimal(row[3])} for row in rows
    ]
    return pa.Table.from_pylist(amounts, schema=BALANCES)


def of_customers(home: Path, closing: Closing) -> dict[str, tuple[str, ...]]:
    """Shares, cost and cash of each customer in a closing."""
    rows = read_closing(home / "closings", closing).to_pylist()
    held = {
        (row["ledger_account"], row["measure"]): f"{row['amount'].normalize():f}" for row in rows
    }
    return {
        account: (
            held.get((f"C:{account}:POS", "QTY"), "0"),
            held.get((f"C:{account}:COST:{symbol}", "COST"), "0"),
            held.get((f"C:{account}:CASH", "CASH"), "0"),
        )
        for account, symbol in SYMBOLS.items()
        if any(name.startswith(f"C:{account}:") for name, _ in held)
    }


def plainly(table: dict[str, dict[int, tuple[str, str, str]]], day: int) -> dict[str, object]:
    """The hand-written close of a day, digits as a closing prints them."""
    rows = {account: at_close(table, account, day) for account in list(SYMBOLS)[:4]}
    return {
        account: tuple(f"{Decimal(value).normalize():f}" for value in row)
        for account, row in rows.items()
    }


@pytest.mark.long
def test_each_day_closes_with_what_was_worked_out_by_hand(long: LongHome) -> None:
    """Shares, cost and cash after the late fill, the bust, the correction and the cancels."""
    for day, system_date in enumerate(DAYS, start=1):
        closing = latest(read_index(long.path / "closings"))[str(system_date)]
        assert of_customers(long.path, closing) == plainly(BOOKED, day), system_date


@pytest.mark.long
def test_what_a_day_closed_with_at_first_stays_readable(long: LongHome) -> None:
    """The first version of each day is what the broker's statement of its night said."""
    for day, system_date in enumerate(DAYS, start=1):
        first = versions(long.path, system_date)[0]
        assert of_customers(long.path, first) == plainly(STATED, day), system_date


@pytest.mark.long
def test_only_days_that_a_late_event_belongs_to_get_a_new_version(long: LongHome) -> None:
    """The late fill reopens days 6 and 7, the cancel 3 to 8; the others were written once."""
    counts = [len(versions(long.path, day)) for day in DAYS]
    assert counts == [1, 1, 2, 2, 2, 3, 3, 2, 1, 1, 1, 1, 1, 1]


@pytest.mark.long
def test_a_closing_that_is_not_what_was_stored_is_refused_and_then_made_again(
    long: LongHome, tmp_path: Path
) -> None:
    """One line says what to do; once that is done the same night runs and its books are right."""
    home = copy_of(long.seventh, tmp_path / "home")
    for file in (home / "closings").glob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(ClosingDamaged) as caught:
        run_long(home, make_long_books(), [WEDNESDAY])
    assert "\n" not in str(caught.value)
    assert "move the folder `closings` away" in str(caught.value)
    assert not (home / "runs" / f"{WEDNESDAY}.json").exists()
    (home / "closings").rename(home / "closings-damaged")
    acknowledge(home, "moved away", "ann", "2026-06-30T00:00:00Z")
    (outcome,) = run_long(home, make_long_books(), [WEDNESDAY])
    assert outcome.result == "clean"
    for name in ("positions_proof.csv", "cash_proof.csv", "trial_balance.csv"):
        made, usual = (
            without_opening(report(place, WEDNESDAY, name)) for place in (home, long.path)
        )
        assert made == usual, name
    closing = latest(read_index(home / "closings"))[str(WEDNESDAY)]
    assert of_customers(home, closing) == plainly(STATED, 8)


def test_a_closing_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    """Its index says that there was one."""
    closed(tmp_path, MONDAY, ("C:A:CASH", "USD", "CASH", "1"))
    (closing,) = read_index(tmp_path)
    (tmp_path / closing.file("balances")).unlink()
    with pytest.raises(ClosingDamaged, match="no file"):
        read_closing(tmp_path, closing)


def without_opening(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows but for the opening account, which takes what the night's first closing held."""
    return [row for row in rows if row.get("ledger_account") != "OPEN"]


def test_a_closing_counts_only_once_it_is_indexed(tmp_path: Path) -> None:
    """What a killed night left is overwritten by the next: nobody can have begun with it."""
    wrong = balances(("C:A:CASH", "USD", "CASH", "1"))
    write_closing(tmp_path, MONDAY, {"balances": wrong, "lines": NO_LINES}, None, run=1, fetch=1)
    assert latest(read_index(tmp_path)) == {}
    right = balances(("C:A:CASH", "USD", "CASH", "2"))
    again = write_closing(
        tmp_path, MONDAY, {"balances": right, "lines": NO_LINES}, None, run=1, fetch=1
    )
    index(tmp_path, [again])
    assert read_closing(tmp_path, latest(read_index(tmp_path))[str(MONDAY)]) == right


def base(folder: Path, night: date, back: int, *fetches: Fetch, open_since: tuple[date, ...] = ()
         ) -> str | None:  # fmt: skip
    """The base chosen from the closings in a folder, by its date."""
    known = latest(read_index(folder))
    chosen = choose_closing(known, fetches, DAYS, night, open_since, back)
    return chosen.system_date if chosen else None


def closed(folder: Path, day: date, *rows: tuple[str, str, str, str], fetch: int = 1) -> None:
    """Store a closing of that day."""
    contents = {"balances": balances(*rows), "lines": NO_LINES}
    index(folder, [write_closing(folder, day, contents, None, run=1, fetch=fetch)])


def test_the_start_lies_back_and_before_what_is_open_and_not_carried(tmp_path: Path) -> None:
    """Closings of days 1 to 6; what suspense holds is carried and holds no night back."""
    for day in DAYS[:6]:
        waits = ("SUSP:CA:A SPLIT", "AAA", "QTY", "4")
        cash = ("C:A:CASH", "USD", "CASH", "1")
        closed(tmp_path, day, cash, *([waits] if day == DAYS[4] else []))
    assert base(tmp_path, DAYS[7], 1) == str(DAYS[5])
    assert base(tmp_path, DAYS[6], 1) == str(DAYS[4])
    assert base(tmp_path, DAYS[6], 3) == str(DAYS[2])
    assert base(tmp_path, DAYS[6], 7) is None
    assert base(tmp_path, DAYS[7], 1, open_since=(DAYS[3],)) == str(DAYS[1])
    assert base(tmp_path, DAYS[7], 1, open_since=(DAYS[1],)) is None


def test_closings_of_an_older_shape_are_read_but_nothing_begins_with_them(tmp_path: Path) -> None:
    """A line of release 0.3.0, and the files that it names by version."""
    closed(tmp_path, MONDAY, ("C:A:CASH", "USD", "CASH", "1"))
    (closing,) = read_index(tmp_path)
    for part, name in (("balances", f"{MONDAY}.1.parquet"), ("lines", f"{MONDAY}.1.lines.parquet")):
        (tmp_path / closing.file(part)).rename(tmp_path / name)
    line = {"system_date": str(MONDAY), "version": 1, "run": 1, "fetch": 1, "lots": ""}
    line |= {"sha256": closing.parts["balances"], "lines": closing.parts["lines"]}
    (tmp_path / "index.ndjson").write_text(json.dumps(line) + "\n")
    (old,) = read_index(tmp_path)
    assert read_closing(tmp_path, old) == balances(("C:A:CASH", "USD", "CASH", "1"))
    assert read_closing(tmp_path, old, "lines") == NO_LINES
    assert base(tmp_path, DAYS[13], 1) is None


@pytest.mark.parametrize(
    ("first_day", "valid"),
    [("2026-06-02", True), ("2026-06-01", False), ("2026-05-29", False), ("", False)],
)
def test_a_closing_is_valid_until_something_older_is_archived(first_day: str, valid: bool) -> None:
    """Nobody knows which day an event without a date belongs to, so it counts as older."""
    closing = Closing("2026-06-01", 1, 1, 1, {})
    segment = Segment("000002-0000", 1, "", "", first_day, "")
    for number, stream, expected in ((2, "nta", valid), (1, "nta", True), (2, "system", True)):
        fetch = Fetch(number, stream, "", "", "complete", 1, 1, 0, segments=(segment,))
        assert still_valid(closing, [fetch], ["trades", "nta"]) is expected
