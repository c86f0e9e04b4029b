"""Splits, mergers, renames and removals: takes holdings, gives legs that conserve cost.

The first leg removes the holding at its average cost. The price of what is added is the price
that follows from it, rounded half-up to four places, as the broker's samples show.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.causes import Journal, Merger, NameChange, Split, WorthlessRemoval
from recon.sandbox.books.desk import Desk, Holding
from recon.sandbox.books.exact import ZERO, half_up, ratio, times
from recon.sandbox.books.identity import derived_uuid, new_uuid
from recon.sandbox.books.legs import PRICE_PLACES, QUANTITY_PLACES, Leg, Notice, book_leg
from recon.sandbox.books.model import Account


def split(desk: Desk, role: str, announced: Notice, rate: tuple[int, int], later: int) -> None:
    """Every holder, long or short: `rate` is (new, old); ADD comes so many seconds later."""
    old, new = desk.market[role], desk.market[f"{role}_new"]
    for account, holding in desk.holders(old.symbol):
        qty, cost, average = holding.qty, holding.cost, holding.average
        added = ratio(times(qty, Decimal(rate[0])), Decimal(rate[1]), QUANTITY_PLACES)
        value = half_up(times(qty, average), 2)
        cause = Split(rate[1], rate[0], old.cusip, new.cusip, qty, added, value)
        terms = replace(announced, cause=cause)
        price = ratio(times(qty, average), added, PRICE_PLACES)
        book_leg(desk, account, terms, _removal(holding))
        add = Leg(new, added, price=price, cost=cost, seconds_later=later)
        book_leg(desk, account, terms, add)


def merge_for_cash(desk: Desk, role: str, announced: Notice, rate: Decimal) -> None:
    """CMA: the shares go at cost, `rate` dollars a share come, rounded half-up to the cent."""
    for account, holding in desk.holders(desk.market[role].symbol):
        paid = half_up(times(holding.qty, rate), 2)
        cause = Merger(holding.asset, holding.qty, cash_rate=rate, cash_paid=paid)
        terms = replace(announced, cause=cause)
        book_leg(desk, account, terms, _removal(holding))
        book_leg(desk, account, terms, Leg(cause.acquiree, net_amount=paid))


def merge_for_stock(
    desk: Desk, role: str, into: str, announced: Notice, rate: Decimal, later: int
) -> None:
    """SMA: the cost moves to `rate` new shares for one old share, half-up at nine places."""
    acquirer = desk.market[into]
    for account, holding in desk.holders(desk.market[role].symbol):
        qty, cost = half_up(times(holding.qty, rate), QUANTITY_PLACES), holding.cost
        price = ratio(times(holding.qty, holding.average), qty, PRICE_PLACES)
        cause = Merger(holding.asset, holding.qty, acquirer=acquirer, rate=rate, acquirer_qty=qty)
        terms = replace(announced, cause=cause)
        book_leg(desk, account, terms, _removal(holding))
        added = Leg(acquirer, qty, price=price, cost=cost, seconds_later=later)
        book_leg(desk, account, terms, added)


def merge_for_both(
    desk: Desk, role: str, into: str, announced: Notice, rate: Decimal, cash_rate: Decimal,
) -> None:  # fmt: skip
    """SCMA: new shares and cash; what the cash pays back of the cost does not move over.

    For every second holder the cash leg comes first: the order of legs is not fixed.
    """
    acquirer = desk.market[into]
    for number, (account, holding) in enumerate(desk.holders(desk.market[role].symbol)):
        removed = _removal(holding)
        old, qty = holding.qty, half_up(times(holding.qty, rate), QUANTITY_PLACES)
        remaining = times(old, max(holding.average - cash_rate, ZERO))
        price = ratio(remaining, qty, PRICE_PLACES)
        added = Leg(acquirer, qty, price=price, cost=remaining, seconds_later=1)
        paid = half_up(times(old, cash_rate), 2)
        cash = Leg(removed.asset, net_amount=paid, seconds_later=2 if number % 2 else -1)
        cause = Merger(holding.asset, old, cash_rate, paid, acquirer, rate, qty)
        terms = replace(announced, cause=cause, group_id=new_uuid(desk.rng))
        for leg in (removed, added, cash):
            book_leg(desk, account, terms, leg)


def rename(desk: Desk, role: str, announced: Notice) -> None:
    """NC/SNC: the same asset under a new symbol; for every second holder ADD comes first."""
    new = desk.market[f"{role}_new"]
    for number, (account, holding) in enumerate(desk.holders(desk.market[role].symbol)):
        qty, cost, average = holding.qty, holding.cost, holding.average
        terms = replace(announced, cause=NameChange(holding.asset, new, qty))
        book_leg(desk, account, terms, _removal(holding))
        later = 40 if number % 2 else -40
        added = Leg(new, qty, price=average, cost=cost, seconds_later=later)
        book_leg(desk, account, terms, added)


def remove_worthless(desk: Desk, role: str, announced: Notice) -> None:
    """REORG: the holding goes, nothing comes."""
    for account, holding in desk.holders(desk.market[role].symbol):
        terms = replace(announced, cause=WorthlessRemoval(holding.asset, holding.qty))
        leg = Leg(holding.asset, -holding.qty, cost=-holding.cost)
        book_leg(desk, account, terms, leg)


def give_stock(
    desk: Desk, sender: Account, receiver: Account, role: str, qty: Decimal, announced: Notice
) -> None:
    """JNLS: both sides of a journal of shares, at the sender's average cost."""
    asset, ids = desk.market[role], (sender.account_id, receiver.account_id)
    price = desk.holdings[sender.account_id, asset.symbol].average
    cost = times(qty, price)
    day = announced.system_date.isoformat()
    journal_id = derived_uuid(f"ID: {ids[0]} - {ids[1]}", day)
    terms = replace(announced, cause=Journal(journal_id, *ids))
    book_leg(desk, sender, terms, Leg(asset, -qty, price=price, cost=-cost))
    book_leg(desk, receiver, terms, Leg(asset, qty, price=price, cost=cost, seconds_later=1))


def _removal(holding: Holding) -> Leg:
    """The leg that takes the whole holding away, priced at its average cost."""
    return Leg(holding.asset, -holding.qty, price=holding.average, cost=-holding.cost)
