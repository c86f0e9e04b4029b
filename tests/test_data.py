"""Fee rates and activity types: complete, without contradictions, and as the documents say.

fee_rates.csv      SEC, FINRA, OCC and CAT notices, and the broker's fee pages, named in `source`;
                   `certainty` is verified (read there), secondary (quoted), disputed (sources
                   differ, each value a row of the same dates). What no source dates is left out:
                   CAT in the first half of 2025.
currencies.csv     ISO 4217: how many digits after the point the broker's currencies have.
activity_types.csv the broker's documented types; a row without sub type holds for all sub types
                   that are not listed.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import groupby, pairwise
from typing import Any

import pytest

from recon.paths import folder

DATA = folder("data")

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """One of the files in data/, every value as text."""
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


RATES = rows("fee_rates.csv")
TYPES = {(row["entry_type"], row["entry_sub_type"]): row for row in rows("activity_types.csv")}
SAMPLES: list[dict[str, Any]] = [
    json.loads(line, parse_float=Decimal, parse_int=Decimal)
    for line in (DATA / "samples" / "nta.ndjson").read_text(encoding="utf-8").splitlines()
]


def rate_on(fee: str, asset_class: str, day: str) -> Row:
    """The row that holds on a trade date, the first where sources differ."""
    row, *others = [
        row
        for row in RATES
        if row["fee"] == fee
        and row["asset_class"] in {asset_class, "*"}
        and row["since"] <= day
        and (not row["until"] or day < row["until"])
    ]
    assert not others or {each["certainty"] for each in [row, *others]} == {"disputed"}
    return row


def fee_on(fee: str, asset_class: str, day: str, base: str) -> Decimal:
    """Dollars before rounding; base is dollars, shares or contracts."""
    row = rate_on(fee, asset_class, day)
    unit = 1_000_000 if row["per"] == "million_usd" else 1
    return Decimal(row["rate"]) * Decimal(base) / unit


def cents_up(amount: Decimal) -> Decimal:
    """Rounded up to the cent, as the broker charges its fees."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_CEILING)


def test_fee_rows_are_well_formed() -> None:
    """Dates in order, plain decimals, and a source with its certainty on every row."""
    for row in RATES:
        assert row["fee"] in {"REG", "TAF", "CAT", "ORF", "OCC"}
        assert row["asset_class"] in {"us_equity", "us_option", "*"}
        assert row["per"] in {"million_usd", "share", "contract"}
        assert row["certainty"] in {"verified", "secondary", "disputed"}
        assert row["source"]
        assert not row["until"] or date.fromisoformat(row["since"]) < date.fromisoformat(
            row["until"]
        )
        assert re.fullmatch(r"\d+(\.\d+)?", row["rate"])
        for optional in ("cap", "min_price"):
            assert re.fullmatch(r"(\d+(\.\d+)?)?", row[optional])


def test_fee_rows_do_not_overlap_and_only_the_last_is_open() -> None:
    """One trade date has one rate unless it is disputed; `*` is not mixed with an asset class."""
    grouped = groupby(RATES, key=lambda row: (row["fee"], row["asset_class"]))
    seen = []
    for key, group in grouped:
        seen.append(key)
        periods = list(group)
        assert periods[-1]["until"] == ""
        for earlier, later in pairwise(periods):
            same_dates = (earlier["since"], earlier["until"]) == (later["since"], later["until"])
            if same_dates and earlier["rate"] != later["rate"]:
                assert earlier["certainty"] == later["certainty"] == "disputed"
            else:
                assert "" < earlier["until"] <= later["since"]
    assert len(seen) == len(set(seen))
    assert not {fee for fee, kind in seen if kind == "*"} & {fee for fee, k in seen if k != "*"}


@pytest.mark.parametrize("asset_class", ["us_equity", "us_option"])
@pytest.mark.parametrize("fee", ["REG", "TAF"])
def test_checked_fees_have_a_rate_on_every_day(fee: str, asset_class: str) -> None:
    """REG and TAF are recomputed every night, so there may be no day without a rate."""
    day = date(2023, 2, 27)
    while day <= date(2027, 12, 31):
        rate_on(fee, asset_class, day.isoformat())
        day += timedelta(days=1)


def test_sec_fee_of_the_worked_example() -> None:
    """A sale of 10,000 dollars in November 2026 costs 0.206, charged as 0.21."""
    assert fee_on("REG", "us_equity", "2026-11-20", "10000") == Decimal("0.206")
    assert cents_up(Decimal("0.206")) == Decimal("0.21")


@pytest.mark.parametrize(
    ("fee", "asset_class", "day", "base", "charged"),
    [
        ("REG", "us_equity", "2024-12-10", "15.37", "0.01"),
        ("TAF", "us_equity", "2024-12-10", "1.371115174", "0.01"),
        ("TAF", "us_equity", "2024-11-11", "0.010052895", "0.01"),
        ("ORF", "us_option", "2024-06-18", "6", "0.17"),
        ("OCC", "us_option", "2024-06-18", "1", "0.02"),
    ],
)
def test_documented_fee_events(
    fee: str, asset_class: str, day: str, base: str, charged: str
) -> None:
    """What the broker's published fee events charged, rounded up to the cent."""
    assert cents_up(fee_on(fee, asset_class, day, base)) == Decimal(charged)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2026-09-30", "0.000195"),
        ("2026-10-01", "0"),
        ("2026-12-31", "0"),
        ("2027-01-01", "0.000195"),
    ],
)
def test_trading_activity_fee_is_waived_for_one_quarter(day: str, rate: str) -> None:
    """From the first to the last trade date of October to December 2026."""
    assert rate_on("TAF", "us_equity", day)["rate"] == rate


def test_trading_activity_fee_caps_are_reached_at_the_documented_quantities() -> None:
    """8.30 is 50,000 shares, 9.79 is 50,205; below the rate's own price there is no fee."""
    for day, shares in (("2025-06-02", 50_000), ("2026-06-01", 50_205)):
        row = rate_on("TAF", "us_equity", day)
        assert int(Decimal(row["cap"]) / Decimal(row["rate"])) == shares
        assert row["min_price"] == row["rate"]


def test_the_digits_of_a_currency() -> None:
    """The yen has no smaller unit; the broker's other currencies have hundredths."""
    digits = {row["currency"]: row["minor_units"] for row in rows("currencies.csv")}
    assert len(digits) == len(rows("currencies.csv")) == 17
    assert {currency for currency, units in digits.items() if units != "2"} == {"JPY"}
    assert digits["JPY"] == "0"


def type_of(sample: dict[str, Any]) -> Row:
    """The row of exactly that type and sub type."""
    return TYPES[(sample["entry_type"], sample.get("entry_sub_type") or "")]


def test_every_activity_type_has_a_row_for_its_unlisted_sub_types() -> None:
    """A new sub type of a known type is booked like its type, and reported as unknown."""
    assert len(TYPES) == len(rows("activity_types.csv"))
    assert {kind for kind, _ in TYPES} == {kind for kind, sub in TYPES if not sub}
    for row in TYPES.values():
        for flag in ("moves_qty", "moves_cash", "corporate_action"):
            assert row[flag] in {"true", "false"}
        assert re.fullmatch(r"(EXT|SUSP):[A-Z]+|STREET:TRADE|MEMO", row["contra"])


def test_every_documented_event_has_a_known_type() -> None:
    """The 61 published samples, legacy ones without a sub type among them."""
    assert len(SAMPLES) == 61
    assert [type_of(sample)["entry_type"] for sample in SAMPLES] == [
        sample["entry_type"] for sample in SAMPLES
    ]


def test_only_the_non_retail_commission_has_a_quantity_that_is_no_movement() -> None:
    """Its 1341 are the base of the fee; every other documented quantity moves a position."""
    unmoved = [s for s in SAMPLES if s["qty"] and type_of(s)["moves_qty"] == "false"]
    assert [(s["entry_sub_type"], s["qty"]) for s in unmoved] == [("NRC", 1341)]


def test_only_option_contract_swaps_have_an_amount_that_is_no_cash() -> None:
    """Their net_amount is notional; every other documented amount moves cash."""
    unmoved = [s for s in SAMPLES if s["net_amount"] and type_of(s)["moves_cash"] == "false"]
    assert {s["entry_type"] for s in unmoved} == {"OPCA"}


def test_every_documented_event_has_the_shape_and_the_sign_of_its_type() -> None:
    """What a type may print of the two, and which way its cash goes; samples reverse nothing."""
    shapes = {"cash": ("qty",), "shares": ("net_amount",), "any": ()}
    for row in TYPES.values():
        assert row["shape"] in {*shapes, "either"}
        assert row["sign"] in {"credit", "debit", "holder", "any"}
    for sample in SAMPLES:
        row = type_of(sample)
        assert not any(sample[name] for name in shapes.get(row["shape"], ()))
        assert row["shape"] != "either" or not (sample["qty"] and sample["net_amount"])
        assert row["sign"] not in {"credit", "holder"} or sample["net_amount"] >= 0
        assert row["sign"] != "debit" or sample["net_amount"] <= 0


def test_corporate_actions_move_positions_and_fees_never_do() -> None:
    """Positions change before the open by corporate actions, and never by fees or memos."""
    for (kind, _), row in TYPES.items():
        assert row["corporate_action"] == "false" or row["moves_qty"] == "true"
        assert kind not in {"FEE", "MEM"} or row["moves_qty"] == "false"
        assert kind not in {"MEM", "TRD", "FILL"} or row["moves_cash"] == "false"
