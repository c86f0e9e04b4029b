"""One subject, one thing: two of one name are told apart, and one alone keeps its plain name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recon.ledger.post import post_night
from recon.rules.catalog import find_rules
from recon.rules.given import stage_given
from recon.rules.header import ITSELF
from recon.rules.run import run_rules
from recon.warehouse.load import show_night
from tests.cases import empty_warehouse

NIGHT = date(2026, 6, 17)
SPLIT = "From QTY:-10, To QTY:1, Position Value:100"
MERGER = "Stock Merger 2 NEW and $1 for 1 OLD"
# Type, sub type and legs (symbol, quantity, price, cash, text) of one corporate action.
ACTIONS: dict[str, tuple[str, str, list[tuple[str, int, int | None, int, str]]]] = {
    "split": ("SPLIT", "RSPLIT", [
        ("OLD", -10, 10, 0, f"REMOVE, {SPLIT}"), ("OLD", 1, 100, 0, f"ADD, {SPLIT}")]),
    "merger": ("MA", "SCMA", [
        ("OLD", -10, 10, 0, MERGER), ("NEW", 20, 5, 0, MERGER), ("OLD", 0, None, 10, MERGER)]),
    "name change": ("NC", "CNC", [
        ("OLD", -10, 10, 0, "REMOVE, Name Change from OLD to OLD"),
        ("OLD", 10, 10, 0, "ADD, Name Change from OLD to OLD")]),
    "spin-off": ("SPIN", "", [
        ("NEW", 5, 1, 0, "Spin-off, Target Symbol: NEW, Initiating Symbol: OLD, 0.5 shares"),
        ("OLD", -10, 10, 0, "REMOVE"), ("OLD", 10, 9, 0, "ADD")]),
}  # fmt: skip
RULES = {
    "split": {"split_leg_missing", "split_ratio_differs", "split_value_differs",
              "removal_total_differs"},
    "merger": {"cash_merger_differs", "merger_leg_missing", "merger_value_differs",
               "stock_merger_differs", "removal_total_differs"},
    "name change": {"name_change_pair_differs", "removal_total_differs"},
    "spin-off": {"spin_off_differs"},
}  # fmt: skip


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse."""
    with empty_warehouse(tmp_path) as connection:
        yield connection


def legs(kind: str, action: str) -> list[dict[str, Any]]:
    """The legs of an action of that kind, one day before the night, without a group."""
    entry_type, sub_type, of_kind = ACTIONS[kind]
    return [
        {
            "id": f"{action}-{place}", "account_id": "A1", "at": "2026-06-16T11:00:00Z",
            "entry_type": entry_type, "entry_sub_type": sub_type, "status": "executed",
            "symbol": symbol, "qty": qty, "price": price, "net_amount": cash, "description": text,
            "settle_date": "2026-06-16", "system_date": "2026-06-16", "corporate_action_id": action,
        }
        for place, (symbol, qty, price, cash, text) in enumerate(of_kind)
    ]  # fmt: skip


# Takes all legs of one security and kind near each other as one action.
LEFT_OUT = "corporate_actions/holder_left_out"


def subjects(warehouse: duckdb.DuckDBPyConnection, kind: str, *actions: str) -> dict[str, set[str]]:
    """What each rule of corporate actions names on that night, by the rule."""
    sent: list[dict[str, str | None]]
    sent = [{"json": json.dumps(leg)} for action in actions for leg in legs(kind, action)]
    stage_given(warehouse, {"nta events": sent})
    show_night(warehouse, NIGHT, None)
    post_night(warehouse, NIGHT)
    run_rules(warehouse, find_rules(), NIGHT)
    rows = warehouse.execute("select rule, subject from verdicts where rule like 'corp%'")
    found: dict[str, set[str]] = {}
    for rule, subject in rows.fetchall():
        if rule == LEFT_OUT:
            continue
        found.setdefault(rule.removeprefix("corporate_actions/"), set()).add(subject)
    return found


@pytest.mark.parametrize("kind", ACTIONS)
def test_two_actions_of_one_kind_and_day_are_two_subjects(
    warehouse: duckdb.DuckDBPyConnection, kind: str
) -> None:
    """Applied twice under two ids: every rule names both, and the night goes on."""
    found = subjects(warehouse, kind, "CA1", "CA2")
    assert set(found) >= RULES[kind]
    for names in found.values():
        assert {name[:-4] for name in names if name.endswith(" CA1")} == {
            name[:-4] for name in names if name.endswith(" CA2")
        }
        assert ITSELF not in names
        assert len(names) % 2 == 0


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_alone_is_not_named_by_its_id(
    warehouse: duckdb.DuckDBPyConnection, kind: str
) -> None:
    """A break is known by its subject: what was known before keeps its name."""
    found = subjects(warehouse, kind, "CA1")
    assert set(found) >= RULES[kind]
    assert not any("CA1" in name for names in found.values() for name in names)
