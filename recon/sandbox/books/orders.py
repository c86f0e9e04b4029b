"""What happens to an order, as one object that every stream of trades prints. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.assets import Asset

EXECUTIONS = ("fill", "partial_fill", "trade_bust", "trade_correct")


@dataclass(frozen=True)
class Ticket:
    """An order as it was entered; quantity or notional, never both. Instants in nanoseconds.

    `replaces` is the order that it takes the place of, "" where there is none.
    """

    order_id: str
    client_order_id: str
    account_id: str
    asset: Asset
    side: str
    intent: str
    qty: Decimal | None
    notional: Decimal | None
    limit_price: Decimal | None
    extended_hours: bool
    submitted: int
    time_in_force: str = "day"
    replaces: str = ""


@dataclass(frozen=True)
class OrderState:
    """What has become of an order: cumulative quantity, average price, status, and when."""

    filled_qty: Decimal
    average: Decimal | None
    status: str
    filled: int | None
    canceled: int | None
    updated: int
    expired: int | None = None
    failed: int | None = None
    replaced: int | None = None
    replaced_by: str = ""


@dataclass(frozen=True)
class Fill:
    """What an execution moves; the quantity of a bust is negative.

    `position_qty` is what the account then holds, zero for a multi-leg order, whose legs have
    theirs. `previous_id` is the execution that a bust or a correction refers to.
    """

    qty: Decimal
    price: Decimal
    position_qty: Decimal
    settle_date: date
    previous_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Trade:
    """One thing that happens to an order.

    `kind` is an event name of the trade stream; what is no execution has no `fill`. A multi-leg
    order has a trade for each leg, and no execution id of its own. Instants in UTC nanoseconds.
    """

    kind: str
    at: int
    timestamp: int
    system_date: date
    ticket: Ticket
    state: OrderState
    fill: Fill | None = None
    execution_id: str = ""
    legs: tuple[Trade, ...] = ()

    @property
    def account_id(self) -> str:
        """The account whose order it is."""
        return self.ticket.account_id
