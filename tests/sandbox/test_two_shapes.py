"""The older and the newer activity stream are printed apart, and tell the same facts."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import recon.sandbox.books.make
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.messages.typed import typed_activities
from tests.sandbox.replay import Payload, parse

SEEDS = range(10)
ENTITLEMENT = r"(?:Cash|Stock) DIV @ (\S+), Pos QTY: (\S+), Rec Date: (\S+)"
WITHHOLDING = r"DIV tax withholding on \$(\S+) at (\S+)% for tax country (\S+); w8w9: w8"
SPLIT = r"(?:ADD|REMOVE), From QTY:(\S+), To QTY:(\S+), Position Value:\S+"
# What the words of a description are called in `details`; "" where they have no place there.
TOLD: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("DIV", "CDIV"): (ENTITLEMENT, ("rate", "entitled_qty", "record_date")),
    ("DIV", "SDIV"): (ENTITLEMENT, ("rate", "entitled_qty", "record_date")),
    ("DIVNRA", ""): (WITHHOLDING, ("", "tax_rate", "tax_country")),
    ("SPLIT", "FSPLIT"): (SPLIT, ("", "new_qty")),
    ("SPLIT", "RSPLIT"): (SPLIT, ("", "new_qty")),
    ("MA", "CMA"): (r"Cash Merger \$(\S+) per share", ("cash_rate",)),
    ("MA", "SMA"): (
        r"Stock Merger (\S+) (\S+) for 1 (\S+)",
        ("acquirer_rate", "acquirer_symbol", "acquiree_symbol"),
    ),
    ("MA", "SCMA"): (
        r"Stock Cash Merger (\S+) (\S+) and \$(\S+) for 1 (\S+)",
        ("acquirer_rate", "acquirer_symbol", "cash_rate", "acquiree_symbol"),
    ),
    ("NC", "SNC"): (r"Name Change from (\S+) to (\S+)", ("old_symbol", "new_symbol")),
    ("REORG", "WRM"): (r"Worthless Removal - (\S+)", ("symbol",)),
    ("JNLC", ""): (r"Journal ID: (\S+)", ("journal_id",)),
}


@functools.cache
def books_of(seed: int) -> Books:
    """Made once for all tests."""
    return make_books(seed)


def pairs(books: Books) -> Iterator[tuple[Payload, Payload]]:
    """Each activity that is executed as both streams tell it, the older one first."""
    older = {
        (each["id"], each["status"]): each
        for each in (parse(event.text) for event in books.activities)
    }
    for newer in (parse(event.text) for event in typed_activities(books)):
        if (told := older.get((newer["ref_id"], "executed"))) is not None:
            yield told, newer


@pytest.mark.parametrize("seed", SEEDS)
def test_the_newer_shape_is_printed_without_a_look_at_the_older(seed: int) -> None:
    """With every older message emptied it tells the same, byte for byte."""
    books = books_of(seed)
    emptied = replace(
        books,
        trades=tuple(replace(event, payload={}) for event in books.trades),
        activities=tuple(replace(event, payload={}) for event in books.activities),
    )
    before, after = ([each.text for each in typed_activities(each)] for each in (books, emptied))
    assert before == after
    assert before


def test_what_happens_is_decided_without_any_message() -> None:
    """Only the file that puts the books together knows of messages."""
    books = Path(recon.sandbox.books.make.__file__).parent
    knowing = {path.name for path in books.glob("*.py") if ".messages" in path.read_text("utf-8")}
    assert knowing == {"make.py"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_description_says_what_the_details_say(seed: int) -> None:
    """Rates, quantities, dates and symbols; each kind of activity that tells of them is there."""
    kinds = set()
    for older, newer in pairs(books_of(seed)):
        kind = newer["activity_type"], newer.get("activity_subtype", "")
        if kind not in TOLD:
            continue
        kinds.add(kind)
        pattern, names = TOLD[kind]
        match = re.fullmatch(pattern, older["description"])
        assert match is not None, older["description"]
        said = dict(zip(names, match.groups(), strict=True))
        assert {name: newer["details"][name] for name in names if name} == {
            name: word for name, word in said.items() if name
        }
    assert kinds == TOLD.keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_an_action_says_is_what_its_legs_move(seed: int) -> None:
    """Quantities and dollars of the details are the sums over the legs of the account."""
    moved: dict[str, list[Payload]] = {}
    for _, newer in pairs(books_of(seed)):
        if "group_id" in newer["details"]:
            moved.setdefault(newer["details"]["group_id"], []).append(newer)
    checked = set()
    for legs in moved.values():
        details = legs[0]["details"]
        gained, lost = (
            sum(abs(Decimal(leg["qty"])) for leg in legs if (Decimal(leg["qty"]) > 0) is up)
            for up in (True, False)
        )
        cash = sum(Decimal(leg["net_amount"]) for leg in legs)
        sums = {
            "acquiree_qty": lost, "acquirer_qty": gained, "paid_qty": gained, "removed_qty": lost,
            "position_qty": lost,
        }  # fmt: skip
        if legs[0]["activity_type"] == "MA":
            sums["cash_payout"] = cash
        for name in sums.keys() & details.keys():
            checked.add(name)
            assert Decimal(details[name]) == sums[name]
    assert checked == {
        "acquiree_qty", "acquirer_qty", "paid_qty", "removed_qty", "position_qty", "cash_payout",
    }  # fmt: skip
