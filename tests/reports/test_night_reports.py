"""The reports of a real night, read as finance reads them: from the files."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from recon.archive.manifest import read_manifest
from recon.errors import UsageError
from recon.reports.explain import explain_published
from recon.rules.catalog import find_rules
from tests.nightly.nights import MONDAY, TUESDAY, Home, right_books

FIRST_COLUMNS = {
    "positions_proof.csv": "account_id symbol opening activity closing statement difference"
    " explained unexplained",
    "cash_proof.csv": "account_id currency opening activity closing statement difference"
    " explained unexplained",
    "rules.csv": "rule severity checked pass within_tolerance pending break not_evaluated",
    "trial_balance.csv": "ledger_account commodity amount",
    "journal.csv": "posting_id event system_date trade_date settle_date ledger_account commodity"
    " amount",
}


def table(home: Home, name: str, system_date: str = "2026-06-15") -> list[dict[str, str]]:
    """A report as rows."""
    path = home.path / "reports" / system_date / name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", FIRST_COLUMNS)
def test_a_report_begins_with_the_columns_of_the_contract(faulty: Home, name: str) -> None:
    """New columns go to the end."""
    columns = FIRST_COLUMNS[name].split()
    assert list(table(faulty, name)[0])[: len(columns)] == columns


def test_the_lost_fill_is_told_by_the_executions_and_by_the_statement(faulty: Home) -> None:
    """One fault, seen from four sides on its account, and in the sum over all accounts; the
    fee's only one is awaited."""
    lost, fee = faulty.planted
    rows = table(faulty, "discrepancies.csv")
    assert {
        (row["rule"], row["state"]) for row in rows if row["account_id"] == lost.account_id
    } == {
        ("trades/position_not_continuous", "break"),
        ("trades/order_quantity_differs", "break"),
        ("statements/position_differs", "break"),
        ("statements/cash_differs", "break"),
    }
    assert [(row["rule"], row["state"]) for row in rows if row["account_id"] == fee.account_id] == [
        ("fees/taf_fee_differs", "pending")
    ]
    assert {row["account_id"] for row in rows} <= {lost.account_id, fee.account_id, ""}
    assert {row["symbol"] for row in rows} == {lost.symbol, ""}


def test_the_statement_of_the_proof_is_what_the_broker_closed_with(faulty: Home) -> None:
    """Against the sandbox's own books, which the project did not add up."""
    closing = right_books().closings[MONDAY]
    expected = {
        (account, line.asset.symbol): line.qty
        for account, lines in closing.positions.items()
        for line in lines
    }
    proof = table(faulty, "positions_proof.csv")
    shown = {
        (row["account_id"], row["symbol"]): Decimal(row["statement"])
        for row in proof
        if row["statement"]
    }
    assert shown == expected
    for row in proof:
        opening, activity, end = (Decimal(row[n]) for n in ("opening", "activity", "closing"))
        assert opening + activity == end
        assert Decimal(row["statement"] or 0) - end == Decimal(row["difference"] or 0)


def test_a_difference_that_another_break_amounts_to_is_explained(faulty: Home) -> None:
    """The lost fill's quantity is the position's whole difference, and its value that of cash."""
    lost = faulty.planted[0]
    (shares,) = [
        row
        for row in table(faulty, "positions_proof.csv")
        if (row["account_id"], row["symbol"]) == (lost.account_id, lost.symbol)
    ]
    (cash,) = [
        row for row in table(faulty, "cash_proof.csv") if row["account_id"] == lost.account_id
    ]
    assert Decimal(shares["difference"]) > 0 > Decimal(cash["difference"])
    for row in (shares, cash):
        assert (row["explained"], row["unexplained"]) == (row["difference"], "0")


def test_the_trial_balance_sums_to_zero_in_every_commodity(faulty: Home) -> None:
    """Each currency and each security is a commodity of its own."""
    sums: dict[str, Decimal] = {}
    for row in table(faulty, "trial_balance.csv"):
        commodity = row["commodity"]
        sums[commodity] = sums.get(commodity, Decimal(0)) + Decimal(row["amount"])
    assert len(sums) > 3
    assert set(sums.values()) == {Decimal(0)}


def test_every_rule_is_counted_and_its_verdicts_add_up(faulty: Home) -> None:
    """Green means checked: a rule that saw nothing stands there with a zero."""
    rows = table(faulty, "rules.csv")
    assert [row["rule"] for row in rows] == [rule.rule for rule in find_rules()]
    verdicts = ("pass", "within_tolerance", "pending", "break", "not_evaluated")
    for row in rows:
        assert int(row["checked"]) == sum(int(row[name]) for name in verdicts)
    found = table(faulty, "discrepancies.csv")
    assert sum(int(row["break"]) for row in rows) == sum(row["state"] == "break" for row in found)


def test_no_report_has_a_null_or_an_empty_list_spelled_out(faulty: Home) -> None:
    """Python's own words for nothing have no place in finance's sheets."""
    for path in (faulty.path / "reports").glob("*/*.csv"):
        words = set(path.read_text(encoding="utf-8").replace("\n", ",").split(","))
        assert not words & {"None", "()", "[]", "nan", "null", "NaT"}, path.name


STANDING = ("cash_differs", "position_differs", "stock_record_differs")


@pytest.mark.parametrize("rule", STANDING)
def test_a_standing_difference_keeps_the_evidence_of_its_first_night(
    faulty: Home, rule: str
) -> None:
    """What moved on Tuesday has nothing to do with a fill that was lost on Monday."""
    first, then = (
        [row for row in table(faulty, "discrepancies.csv", night) if row["rule"].endswith(rule)]
        for night in ("2026-06-15", "2026-06-16")
    )
    monday = {row["event"] for row in table(faulty, "journal.csv", "2026-06-15")}
    ((one,), (other,)) = (first, then)
    assert (one["break_id"], one["difference"]) == (other["break_id"], other["difference"])
    assert one["evidence"] == other["evidence"] != ""
    assert set(other["evidence"].split()) <= monday
    told = explain_published(faulty.path, other["break_id"])
    assert {event["event"] for event in told.timeline if event["named"]} == {
        *other["evidence"].split()
    }


def test_a_real_break_is_explained_with_its_events_texts_and_rule(faulty: Home) -> None:
    """Everything that one needs to ask the broker, in one place."""
    wanted = next(
        row
        for row in table(faulty, "discrepancies.csv", str(TUESDAY))
        if row["rule"] == "trades/position_not_continuous"
    )
    told = explain_published(faulty.path, wanted["break_id"])
    execution = wanted["evidence"]
    place = f"{wanted['account_id']} {wanted['symbol']} {wanted['subject']}"
    assert told.sentence.endswith(
        f": {place}: expected {wanted['expected']}, saw {wanted['actual']},"
        f" difference {wanted['difference']} {wanted['unit']} (break)."
    )
    assert [event["event"] for event in told.timeline if event["named"]] == [execution]
    assert {event["symbol"] for event in told.timeline} == {wanted["symbol"]}
    (text,) = told.raw.values()
    assert text in [event.text for event in right_books().trades]
    assert execution in text
    assert told.rule == wanted["rule"]
    assert told.sql.startswith("-- title:")


def test_an_unknown_break_is_refused_with_what_to_do(faulty: Home) -> None:
    """As is a place where no night has been."""
    with pytest.raises(UsageError, match="copy the id from the first column"):
        explain_published(faulty.path, "000000000000")
    with pytest.raises(UsageError, match="recon run --date D"):
        explain_published(Path("/nowhere"), "000000000000")
    assert len(read_manifest(faulty.path / "archive")) > 0
