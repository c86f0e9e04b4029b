"""The sandbox's books: takes a seed, gives everything a broker published and what is true.

Pure: the same seed gives the same bytes. Each system date goes corporate actions first, then
money, trades in time order, the fees on its sales, and the closing.
"""

from __future__ import annotations

import random
from decimal import Decimal

from recon.sandbox.books.cashflows import move_cash
from recon.sandbox.books.clock import SYSTEM_DATES, eastern
from recon.sandbox.books.corporate import (
    give_stock,
    merge_for_both,
    merge_for_cash,
    merge_for_stock,
    remove_worthless,
    rename,
    split,
)
from recon.sandbox.books.desk import Desk, Draft, seal
from recon.sandbox.books.distributions import pay_dividend, pay_stock_dividend
from recon.sandbox.books.endings import ending_accounts, move_at_endings, write_endings
from recon.sandbox.books.exact import plain
from recon.sandbox.books.fees import charge_fees
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.legs import notice
from recon.sandbox.books.market import make_market, spread_contracts
from recon.sandbox.books.model import Account, Books, Event
from recon.sandbox.books.script import Script
from recon.sandbox.books.spreads import make_spreads
from recon.sandbox.books.story import SPREADER, write_story
from recon.sandbox.books.terms import Terms, make_terms
from recon.sandbox.books.trading import Trading
from recon.sandbox.messages.lifecycle import lifecycle_of
from recon.sandbox.messages.payloads import system_payload
from recon.sandbox.messages.versions import numbered

_TAXED = {2: ("IND", Decimal(25)), 4: ("DEU", Decimal(15)), 5: ("BRA", Decimal(30))}


def make_books(seed: int) -> Books:
    """Right books over SYSTEM_DATES, beginning at zero. Raises ValueError for a negative seed."""
    if seed < 0:
        raise ValueError(f"expected a seed of zero or more; saw {seed}")
    rng = random.Random(seed)  # noqa: S311  # a story for tests, not a secret
    spread_rng = random.Random(f"spreads of {seed}")  # noqa: S311
    terms = make_terms(rng)
    market = make_market(rng, terms.splits)
    market |= spread_contracts(spread_rng, market["ordinary_a"])
    firm, *customers = _accounts(rng)
    accounts = (firm, *customers, *ending_accounts(rng))
    script = Script(rng, market)
    write_story(script, tuple(customers), firm)
    write_endings(script, accounts[-2])
    desk = Desk(rng, market, accounts)
    trading = Trading(desk)
    spreads = make_spreads(spread_rng, desk, customers[SPREADER])
    closings = {}
    for day, system_date in enumerate(SYSTEM_DATES):
        _corporate_actions(desk, day, terms)
        move_cash(desk, day)
        move_at_endings(desk, day)
        for step in script.steps_of(day):
            trading.carry_out(step)
        spreads.trade(day)
        charge_fees(desk, day, [*trading.sales(day), *spreads.sales(day)])
        closings[system_date] = desk.closing(day)
    activities = numbered(rng, seal(rng, desk.activities, "event_ulid"))
    trades = seal(rng, desk.trades, "event_id")
    system = _ready_events(rng)
    lifecycle = lifecycle_of(rng, accounts, activities)
    assets = tuple(market.values())
    return Books(
        seed, accounts, trades, activities, system, closings, lifecycle, assets=assets
    )  # fmt: skip


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
    if day == 2:
        pay_dividend(desk, "dividend", day, terms.dividend)
        _stock_merger(desk, day, terms.stock_merger)
        qty = Decimal(desk.rng.randrange(1, 20_000_000_000)).scaleb(-9)
        text = f"ID: {desk.accounts[0].account_id} - {desk.accounts[2].account_id}"
        gift = notice(day, "08:30", "JNLS", "", text)
        give_stock(desk, desk.accounts[0], desk.accounts[2], "ordinary_c", qty, gift)
    if day == 3:
        pay_stock_dividend(desk, "stock_dividend", day, terms.stock_dividend)
        late = notice(day, "19:52", "SPLIT", "FSPLIT", evening_before=True)
        split(desk, "forward_split", late, terms.splits["forward_split"], 14 * 60)
        symbols = desk.market["renamed"].symbol, desk.market["renamed_new"].symbol
        text = f"Name Change from {symbols[0]} to {symbols[1]}"
        rename(desk, "renamed", notice(day, "19:01", "NC", "SNC", text, evening_before=True))
    if day == 4:
        late = notice(day, "18:30", "SPLIT", "RSPLIT", evening_before=True)
        split(desk, "reverse_split", late, terms.splits["reverse_split"], 3 * 60)
        text = f"Cash Merger ${plain(terms.cash_merger)} per share"
        merge_for_cash(desk, "cash_merger", notice(day, "06:59", "MA", "CMA", text),
                       terms.cash_merger)  # fmt: skip
    if day == 5:
        pay_dividend(desk, "second_dividend", day, terms.second_dividend)
        _mixed_merger(desk, day, terms)
        text = f"Worthless Removal - {desk.market['worthless'].symbol}"
        remove_worthless(desk, "worthless",
                         notice(day, "19:13", "REORG", "", text, evening_before=True))  # fmt: skip


def _stock_merger(desk: Desk, day: int, rate: Decimal) -> None:
    symbols = desk.market["acquirer"].symbol, desk.market["stock_merger"].symbol
    text = f"Stock Merger {plain(rate)} {symbols[0]} for 1 {symbols[1]}"
    announced = notice(day, "19:16", "MA", "SMA", text, evening_before=True)
    merge_for_stock(desk, "stock_merger", "acquirer", announced, rate, 40)


def _mixed_merger(desk: Desk, day: int, terms: Terms) -> None:
    symbols = desk.market["rights"].symbol, desk.market["mixed_merger"].symbol
    text = (
        f"Stock Cash Merger {plain(terms.mixed_shares)} {symbols[0]} "
        f"and ${plain(terms.mixed_cash)} for 1 {symbols[1]}"
    )
    announced = notice(day, "18:01", "MA", "SCMA", text)
    merge_for_both(desk, "mixed_merger", "rights", announced, terms.mixed_shares, terms.mixed_cash)


def _ready_events(rng: random.Random) -> tuple[Event, ...]:
    """Both ready events of every system date, in the night after it; on some days swapped."""
    drafts = []
    for day, system_date in enumerate(SYSTEM_DATES):
        kinds = ("balances", "positions") if day % 3 else ("positions", "balances")
        night = eastern(system_date, "23:59")
        for number, kind in enumerate(kinds):
            at = night + (102 + number) * 60_000_000_000 + rng.randrange(50_000_000_000)
            drafts.append(Draft(at, "", system_date, system_payload(kind, at, system_date)))
    return seal(rng, drafts, "event_id")
