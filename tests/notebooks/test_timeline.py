"""The steps of one position or of the cash, and their picture."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from tests.nightly.nights import TUESDAY, Home
from tests.notebooks.reading import Run, lost_fill, report


def test_the_picture_has_every_step_of_the_chosen_account_and_symbol(
    run: Run, faulty: Home
) -> None:
    """The quantities are those that the sandbox broker published, added up here by hand."""
    wanted = lost_fill(faulty)
    books = faulty.planted[-1].books
    sent: list[Any] = [
        event.payload
        for event in books.trades
        if event.account_id == wanted["account_id"]
        and event.payload["event"] in ("fill", "partial_fill")
        and event.payload["order"]["symbol"] == wanted["symbol"]  # type: ignore[index]
        and event.system_date <= TUESDAY
    ]
    signs = {"buy": 1, "sell": -1}
    moved = [signs[each["order"]["side"]] * Decimal(each["qty"]) for each in sent]
    stated = [
        position.qty
        for day, closing in sorted(books.closings.items())
        if day <= TUESDAY
        for position in closing.positions[wanted["account_id"]]
        if position.asset.symbol == wanted["symbol"]
    ]
    _, names = run(faulty.path, chosen=wanted)
    spec = names["chart"].to_dict()
    points = spec["data"]["values"]

    def drawn(says: str, *, events: bool = True) -> list[float]:
        return [
            point["quantity"]
            for point in points
            if point["says"] == says and bool(point["event"]) == events
        ]

    assert drawn("your books") == [float(sum_) for sum_ in itertools.accumulate(moved)]
    assert drawn("broker, with the event") == [float(each["position_qty"]) for each in sent]
    assert drawn("broker's statement", events=False) == [float(qty) for qty in stated]
    marked = {(point["event"], rule) for point in points for rule in point["rules"].split()}
    assert (wanted["evidence"].split()[-1], wanted["rule"]) in marked
    assert ("", "statements/position_differs") in marked


def test_the_steps_of_cash_end_at_the_closing_of_the_proof(run: Run, faulty: Home) -> None:
    """Fees and dividends move no position: for them the same picture is drawn of the cash."""
    wanted = next(
        row for row in report(faulty, "discrepancies.csv") if row["rule"] == "fees/taf_fee_differs"
    )
    _, names = run(faulty.path, chosen=wanted)
    (proof,) = (
        row for row in report(faulty, "cash_proof.csv") if row["account_id"] == wanted["account_id"]
    )
    last = names["timeline"][-1]
    assert (last["what"], last["books"], last["broker"]) == (
        "statement", proof["closing"], proof["statement"],
    )  # fmt: skip
