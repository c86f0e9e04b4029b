"""Carries out the steps of orders: takes steps in time order, gives trades and movements.

A fill pays -side x (quantity x price x multiplier rounded half-up to the cent), each execution
by itself. A bust takes back exactly what its execution did; a correction takes it back and
does the new execution instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from recon.sandbox.books.clock import SYSTEM_DATES, next_business_day
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import ZERO, half_up, ratio, times
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.orders import Fill, OrderState, Ticket, Trade

_AVERAGE_PLACES = 6


@dataclass(frozen=True)
class Step:
    """One thing that happens to an order.

    `kind` is an event name of the trade stream. `at` and `timestamp` are UTC nanoseconds; `day`
    is the index of the system date. `target` is the place, among the order's executions so far,
    of the one that a bust or a correction refers to.
    """

    kind: str
    day: int
    at: int
    timestamp: int
    ticket: Ticket
    qty: Decimal = ZERO
    price: Decimal = ZERO
    target: int = 0


@dataclass(frozen=True)
class Execution:
    """An execution as it stands: absolute quantity, trade day's index, whether it counts."""

    execution_id: str
    ticket: Ticket
    qty: Decimal
    price: Decimal
    day: int
    counts: bool = True


@dataclass
class Trading:
    """Every order's executions so far, and the order's last state, by order id."""

    desk: Desk
    executions: dict[str, list[Execution]] = field(default_factory=dict)
    states: dict[str, OrderState] = field(default_factory=dict)

    def carry_out(self, step: Step) -> None:
        """Moves what the step moves and notes it down."""
        if step.kind == "new":
            self.note(step, OrderState(ZERO, None, "new", None, None, step.timestamp))
        elif step.kind == "canceled":
            state = replace(
                self.states[step.ticket.order_id],
                status="canceled", canceled=step.timestamp, updated=step.timestamp,
            )  # fmt: skip
            self.note(step, state)
        elif step.kind == "trade_bust":
            self._bust(step)
        elif step.kind == "trade_correct":
            self._correct(step)
        else:
            self._execute(step)

    def sales(self, day: int) -> list[Execution]:
        """The sell executions of a trade day that count at this moment."""
        return [
            execution
            for executions in self.executions.values()
            for execution in executions
            if execution.day == day and execution.counts and execution.ticket.side == "sell"
        ]

    def _execute(self, step: Step) -> None:
        execution = self.add(step, step.day)
        status = "filled" if step.kind == "fill" else "partially_filled"
        state = self.state(step, status, step.timestamp)
        self.note(step, state, self.fill(step), execution.execution_id)

    def _bust(self, step: Step) -> None:
        target = self._remove(step)
        state = self.state(step, "filled", self.states[step.ticket.order_id].filled)
        fill = replace(
            self.fill(replace(step, qty=-target.qty, price=target.price)),
            previous_id=target.execution_id, reason="TRADE_BUST",
        )  # fmt: skip
        self.note(step, state, fill)

    def _correct(self, step: Step) -> None:
        target = self._remove(step)
        execution = self.add(step, target.day)
        state = self.state(step, "filled", step.timestamp)
        fill = replace(self.fill(step), previous_id=target.execution_id)
        self.note(step, state, fill, execution.execution_id)

    def add(self, step: Step, day: int) -> Execution:
        """Executes the step's quantity on the trade day with that index."""
        execution = Execution(new_uuid(self.desk.rng), step.ticket, step.qty, step.price, day)
        self.executions.setdefault(step.ticket.order_id, []).append(execution)
        qty, cash = effect(execution)
        self.desk.trade(step.ticket.account_id, step.ticket.asset, qty, step.price)
        self.desk.pay(step.ticket.account_id, cash)
        return execution

    def _remove(self, step: Step) -> Execution:
        executions = self.executions[step.ticket.order_id]
        target = executions[step.target]
        if not target.counts:
            raise ValueError(f"expected an execution that counts; saw {target.execution_id}")
        executions[step.target] = replace(target, counts=False)
        qty, cash = effect(target)
        self.desk.trade(step.ticket.account_id, step.ticket.asset, -qty, target.price)
        self.desk.pay(step.ticket.account_id, -cash)
        return target

    def state(self, step: Step, status: str, filled: int | None) -> OrderState:
        """The order's totals over the executions that count; the last average stays at zero."""
        counting = [item for item in self.executions[step.ticket.order_id] if item.counts]
        quantity = sum((item.qty for item in counting), ZERO)
        if quantity:
            value = sum((times(item.qty, item.price) for item in counting), ZERO)
            average: Decimal | None = ratio(value, quantity, _AVERAGE_PLACES)
        else:
            average = self.states[step.ticket.order_id].average
        return OrderState(quantity, average, status, filled, None, step.timestamp)

    def fill(self, step: Step) -> Fill:
        """What the step's execution moved, once its account's position is what it is now."""
        held = self.desk.quantity(step.ticket.account_id, step.ticket.asset.symbol)
        return Fill(step.qty, step.price, held, next_business_day(SYSTEM_DATES[step.day]))

    def note(
        self, step: Step, state: OrderState, fill: Fill | None = None, execution_id: str = ""
    ) -> None:
        """Notes down that the step left its order in that state."""
        self.states[step.ticket.order_id] = state
        identity = execution_id or new_uuid(self.desk.rng)
        self.desk.trades.append(
            Trade(
                step.kind, step.at, step.timestamp, SYSTEM_DATES[step.day], step.ticket, state,
                fill, identity,
            )
        )  # fmt: skip


def effect(execution: Execution) -> tuple[Decimal, Decimal]:
    """What an execution adds to the position and to the cash, both signed."""
    side = 1 if execution.ticket.side == "buy" else -1
    multiplier = Decimal(execution.ticket.asset.multiplier)
    value = half_up(times(execution.qty, execution.price, multiplier), 2)
    return side * execution.qty, -side * value
