"""An independent reading of published payloads: adds events up as the documents describe them.

Written without the generator: it takes JSON texts and gives positions, cash and what every
trade event should have said of the position.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NEW_YORK = datetime.timezone(datetime.timedelta(hours=-4))
CLOSED = {datetime.date(2026, 6, 19)}
MOVES_QTY = {
    ("ACATS", ""), ("FIMAT", ""),
    ("DIV", "SDIV"), ("SPLIT", "FSPLIT"), ("SPLIT", "RSPLIT"), ("MA", "CMA"), ("MA", "SMA"),
    ("MA", "SCMA"), ("NC", "SNC"), ("REORG", ""), ("JNLS", ""), ("INT", "SWP"),
    ("FOPT", ""), ("SPLIT", "USPLIT"), ("SPIN", ""), ("REO", "REOSC"), ("VOF", "VDST"),
    ("VOF", "VRGT"),
    ("OPEXC", ""), ("OPASN", ""), ("OPEXP", ""), ("OPTRD", ""), ("OPCA", "SPIN"),
}  # fmt: skip
KINDS = {
    (kind.partition("/")[0], kind.partition("/")[2])
    for line in (
        "CSD CSW JNLC JNLS INT INT/CDT INT/MGN INT/SWP FEE/NRC FEE/NRV FEE/REG FEE/TAF FEE/LOC",
        "FEE FEE/CAT FEE/COM DIV/CDIV DIV/SDIV DIVNRA SPLIT/FSPLIT SPLIT/RSPLIT MA/CMA MA/SMA",
        "MA/SCMA NC/SNC REORG FOPT SPLIT/USPLIT SPIN REO/REOSC VOF/VDST VOF/VRGT CIL OPEXC OPASN",
        "OPEXP OPTRD OPCSH OPCA/SPIN ACATS DIV/ROC DIV/SPD CGD/LTCG CGD/STCG INT/FI FIMAT",
    )
    for kind in line.split(" ")
}
EXECUTIONS = {"fill", "partial_fill", "trade_bust", "trade_correct"}
Payload = dict[str, Any]


def parse(text: str) -> Payload:
    """A payload with every number as the Decimal that was printed."""
    payload: Payload = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return payload


def trade_date(instant: str) -> datetime.date:
    """The New York date; from 20:00 on it is the next weekday that is no holiday."""
    local = datetime.datetime.fromisoformat(instant[:26].rstrip("Z") + "Z").astimezone(NEW_YORK)
    date = local.date()
    if local.hour < 20:
        return date
    date += datetime.timedelta(days=1)
    while date.weekday() > 4 or date in CLOSED:
        date += datetime.timedelta(days=1)
    return date


def executions_in(event: Payload) -> list[Payload]:
    """The trade event of one execution; of a multi-leg order, one for each leg as if by itself.

    A leg has no side: that is in the order's own legs, found by the id of the leg's order.
    """
    if "legs" not in event:
        return [event]
    orders = {order["id"]: order for order in event["order"]["legs"]}
    return [
        {
            **event,
            **leg,
            "order": orders[leg["order_id"]],
            "position_qty": event["position_qtys"][leg["symbol"]],
        }
        for leg in event["legs"]
    ]


@dataclass
class Replay:
    """Positions by (account, symbol) and cash by account, and where a position_qty was wrong."""

    positions: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cash: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    executions: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def trade(self, event: Payload) -> None:
        """Applies a trade event and compares what it says of the position."""
        order = event["order"]
        key = event["account_id"], order["symbol"]
        effect = (Decimal(0), Decimal(0))
        if event["event"] != "trade_bust":
            side = 1 if order["side"] == "buy" else -1
            qty, price = Decimal(event["qty"]), Decimal(event["price"])
            multiplier = 100 if order["asset_class"] == "us_option" else 1
            value = (qty * price * multiplier).quantize(Decimal("0.01"), ROUND_HALF_UP)
            effect = (side * qty, -side * value)
            self.executions[event["execution_id"]] = effect
        taken_back = (Decimal(0), Decimal(0))
        if "previous_execution_id" in event:
            taken_back = self.executions.pop(event["previous_execution_id"])
        self.positions[key] += effect[0] - taken_back[0]
        self.cash[key[0]] += effect[1] - taken_back[1]
        if self.positions[key] != Decimal(event["position_qty"]):
            self.wrong.append(event["execution_id"])

    def activity(self, event: Payload) -> None:
        """Applies a non-trade activity that counts."""
        if event["entry_type"] != "OPCA":  # its amount is a notional
            self.cash[event["account_id"]] += event["net_amount"]
        if (event["entry_type"], event.get("entry_sub_type", "")) in MOVES_QTY:
            self.positions[event["account_id"], event["symbol"]] += event["qty"]


def replay_day(
    books: Replay, date: datetime.date, trades: Iterable[Payload], activities: Iterable[Payload]
) -> None:
    """Applies one system date: the activities that count, then its trades as received."""
    known = [event for event in activities if event["system_date"] <= date.isoformat()]
    latest = {event["id"]: event for event in known}
    for event in latest.values():
        if event["system_date"] != date.isoformat():
            continue
        if event["status"] in ("executed", "correct"):
            books.activity(event)
        elif event["status"] == "canceled":
            books.activity(event | {"net_amount": -event["net_amount"], "qty": -event["qty"]})
    for event in trades:
        if event["event"] in EXECUTIONS and trade_date(event["at"]) == date:
            for execution in executions_in(event):
                books.trade(execution)


def held(books: Replay) -> dict[tuple[str, str], Decimal]:
    """The positions that are not zero."""
    return {key: qty for key, qty in books.positions.items() if qty}
