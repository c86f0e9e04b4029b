"""Option contracts to their end, in all books: bought and written, adjusted, exercised, expired.

Of the contracts that end on the third day the calls are exercised and assigned the next morning,
the puts expire worthless the same evening. A put is exercised early. A spin-off adjusts the calls
on the second underlying; each then delivers cash beside its shares.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from recon.sandbox.books.cashflows import Flow, book
from recon.sandbox.books.contract_assets import contract_accounts, contract_assets
from recon.sandbox.books.contract_events import adjust, exercise, expire
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.fees import charge_fees
from recon.sandbox.books.model import Account
from recon.sandbox.books.script import Script
from recon.sandbox.books.trading import Trading

ADJUSTED_DAY, LAST_DAY, ASSIGNED_DAY, DELIVERED_DAY = 1, 2, 3, 4


@dataclass(frozen=True)
class Contracts:
    """The accounts of the story, their desk, and their orders; what is held is in one place."""

    desk: Desk
    accounts: tuple[Account, Account, Account]
    script: Script
    trading: Trading

    def play(self, day: int) -> None:
        """Moves everything of that day: what comes before the open, trades, what comes after."""
        holder, writer, second = self.accounts
        if day == 0:
            for account in self.accounts:
                book(self.desk, account, Flow(0, "08:06", "CSD", "", Decimal(60_000)))
        if day == ADJUSTED_DAY:
            adjust(self.desk, "spun", "spun_call", day)
        if day == ASSIGNED_DAY:
            exercise(self.desk, holder, "ending_call", "optioned", -3, day, "04:01")
            exercise(self.desk, writer, "ending_call", "optioned", 2, day, "04:02")
        for step in self.script.steps_of(day):
            self.trading.carry_out(step)
        if day == LAST_DAY:
            exercise(self.desk, second, "early_put", "optioned", -1, day, "16:40")
            expire(self.desk, holder, "ending_put", -2, day)
            expire(self.desk, writer, "ending_put", 1, day)
        if day == DELIVERED_DAY:
            for account in (holder, second):
                exercise(self.desk, account, "spun_call_new", "spun", -1, day, "16:41",
                         cash=Decimal("12.50"))  # fmt: skip
        charge_fees(self.desk, day, self.trading.sales(day))


def make_contracts(seed: int, desk: Desk) -> Contracts:
    """The story on accounts and assets of its own, in the holdings of the desk.

    Its generator is its own, so that nothing else in the books depends on it.
    """
    rng = random.Random(f"options of {seed}")  # noqa: S311  # a story for tests, not a secret
    accounts = contract_accounts(rng)
    market = desk.market | contract_assets(rng)
    own = replace(desk, rng=rng, market=market, accounts=accounts)
    script = Script(rng, market)
    _write_orders(script, accounts)
    return Contracts(own, accounts, script, Trading(own))


def _write_orders(script: Script, accounts: Sequence[Account]) -> None:
    holder, writer, second = accounts
    script.order(holder, "ending_call", "buy", 0, "10:12", "3", 2, limit=True)
    script.order(writer, "ending_call", "sell", 0, "10:13", "2", limit=True)
    script.order(holder, "ending_put", "buy", 0, "11:14", "2", limit=True)
    script.order(writer, "ending_put", "sell", 0, "11:15", "1", limit=True)
    script.order(writer, "optioned", "buy", 0, "12:16", "250", 2)
    script.order(second, "optioned", "buy", 0, "12:17", "120")
    script.order(second, "early_put", "buy", 0, "13:18", "1", limit=True)
    script.order(holder, "spun_call", "buy", 0, "14:19", "1", limit=True)
    script.order(second, "spun_call", "buy", 0, "14:20", "2", limit=True)
