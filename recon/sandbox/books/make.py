"""The sandbox's books: takes a seed, gives everything a broker published and what is true.

Pure: the same seed gives the same bytes. Each system date goes corporate actions first, then
money, trades in time order, the fees on its sales, and the closing.
"""

from __future__ import annotations

import random
from decimal import Decimal

from recon.sandbox.books.beside import Chances, beside
from recon.sandbox.books.cashflows import move_cash
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.corporate import (
    give_stock,
    merge_for_both,
    merge_for_cash,
    merge_for_stock,
    remove_worthless,
    rename,
    split,
)
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.distributions import pay_dividend, pay_stock_dividend
from recon.sandbox.books.endings import ending_accounts, move_at_endings, write_endings
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.legs import notice
from recon.sandbox.books.market import make_market
from recon.sandbox.books.model import Account, Books
from recon.sandbox.books.script import Script
from recon.sandbox.books.story import write_story
from recon.sandbox.books.terms import Terms, make_terms
from recon.sandbox.books.trading import Trading
from recon.sandbox.messages.booked import activity_events, trade_events
from recon.sandbox.messages.lifecycle import lifecycle_of
from recon.sandbox.messages.permissions import with_permissions
from recon.sandbox.messages.ready import ready_events

_TAXED = {2: ("IND", Decimal(25)), 4: ("DEU", Decimal(15)), 5: ("BRA", Decimal(30))}


def make_books(seed: int) -> Books:
    """Right books over SYSTEM_DATES, beginning at zero. Raises ValueError for a negative seed."""
    if seed < 0:
        raise ValueError(f"expected a seed of zero or more; saw {seed}")
    rng = random.Random(seed)  # noqa: S311  # a story for tests, not a secret
    chances = Chances(seed)
    terms = make_terms(rng)
    market = make_market(rng, terms.splits)
    market |= chances.assets(market["ordinary_a"])
    firm, *customers = _accounts(rng)
    accounts = (firm, *customers, *ending_accounts(rng))
    script = Script(rng, market)
    write_story(script, tuple(customers), firm)
    write_endings(script, accounts[-2])
    desk = Desk(rng, market, accounts)
    trading = Trading(desk)
    other = beside(chances, desk, customers)
    closings = {}
    for day, system_date in enumerate(SYSTEM_DATES):
        _corporate_actions(desk, day, terms)
        move_cash(desk, day)
        move_at_endings(desk, day)
        other.move(day)
        for step in script.steps_of(day):
            trading.carry_out(step)
        other.trade(day, trading)
        closings[system_date] = other.whole.closing(day)
    activities = activity_events(rng, desk.activities)
    trades = trade_events(rng, desk.trades)
    system = ready_events(rng)
    booked = sorted(desk.activities, key=lambda activity: activity.at)
    lifecycle = lifecycle_of(rng, other.whole.accounts, booked)
    return Books(
        seed,
        other.whole.accounts,
        trades,
        activities,
        system,
        closings,
        with_permissions(seed, accounts, lifecycle),
        assets=tuple((market | other.contracts.desk.market).values()),
    )


def _accounts(rng: random.Random) -> tuple[Account, ...]:
    """The firm's account, then nine to twelve customers; three of them pay tax on dividends."""
    accounts = []
    for number in range(1 + rng.randint(9, 12)):
        country, rate = _TAXED.get(number, ("", Decimal(0)))
        digits = str(rng.randrange(300_000_000, 1_000_000_000))
        accounts.append(Account(new_uuid(rng), digits, number == 0, country, rate))
    return tuple(accounts)


def _corporate_actions(desk: Desk, day: int, terms: Terms) -> None:
    """Everything that changes positions at the beginning of the day with that index."""
    market = desk.market
    if day == 2:
        pay_dividend(desk, "dividend", day, terms.dividend)
        announced = notice(day, "19:16", "MA", "SMA", market["stock_merger"], evening_before=True)
        merge_for_stock(desk, "stock_merger", "acquirer", announced, terms.stock_merger, 40)
        qty = Decimal(desk.rng.randrange(1, 20_000_000_000)).scaleb(-9)
        gift = notice(day, "08:30", "JNLS", "")
        give_stock(desk, desk.accounts[0], desk.accounts[2], "ordinary_c", qty, gift)
    if day == 3:
        pay_stock_dividend(desk, "stock_dividend", day, terms.stock_dividend)
        _split(desk, day, "forward_split", "19:52", "FSPLIT", terms, 14 * 60)
        announced = notice(day, "19:01", "NC", "SNC", market["renamed"], evening_before=True)
        rename(desk, "renamed", announced)
    if day == 4:
        _split(desk, day, "reverse_split", "18:30", "RSPLIT", terms, 3 * 60)
        announced = notice(day, "06:59", "MA", "CMA", market["cash_merger"])
        merge_for_cash(desk, "cash_merger", announced, terms.cash_merger)
    if day == 5:
        pay_dividend(desk, "second_dividend", day, terms.second_dividend)
        announced = notice(day, "18:01", "MA", "SCMA", market["mixed_merger"])
        merge_for_both(desk, "mixed_merger", "rights", announced,
                       terms.mixed_shares, terms.mixed_cash)  # fmt: skip
        announced = notice(day, "19:13", "REORG", "WRM", market["worthless"], evening_before=True)
        remove_worthless(desk, "worthless", announced)


def _split(
    desk: Desk, day: int, role: str, clock: str, sub_type: str, terms: Terms, later: int
) -> None:
    asset = desk.market[role]
    announced = notice(day, clock, "SPLIT", sub_type, asset, evening_before=True)
    split(desk, role, announced, terms.splits[role], later)
