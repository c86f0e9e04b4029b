"""What happens to contracts that are held: takes holdings, gives the legs that end or change them.

An exercise or assignment takes the contracts at their average cost and trades the shares at the
strike; an adjusted contract delivers cash beside them. The legs share a group.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.causes import ContractSwap, Note
from recon.sandbox.books.contract_assets import strike_of
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import half_up, ratio, times
from recon.sandbox.books.identity import derived_uuid
from recon.sandbox.books.legs import Leg, Notice, book_leg, notice
from recon.sandbox.books.model import Account

_CONTRACT = Decimal(100)
_SPUN_RATE = Decimal("0.02")


def exercise(
    desk: Desk, account: Account, role: str, underlying: str, qty: int, day: int, clock: str,
    *, cash: Decimal | None = None,
) -> None:  # fmt: skip
    """OPEXC of contracts that go, OPASN of ones that come; OPTRD of the shares; OPCSH of cash."""
    contract, shares = desk.market[role], desk.market[underlying]
    words = "Options Exercise" if qty < 0 else ""
    announced = _announced(desk, account, role, "OPEXC" if qty < 0 else "OPASN", day, clock, words)
    _take(desk, account, announced, role, Decimal(qty))
    strike, gives = strike_of(contract), -1 if contract.symbol[-9] == "P" else 1
    delivered = times(Decimal(-qty * gives), _CONTRACT)
    desk.trade(account.account_id, shares, delivered, strike)
    desk.pay(account.account_id, -times(delivered, strike))
    traded = replace(announced, entry_type="OPTRD", cause=Note("Options Trade"))
    _note(desk, account, traded,
          Leg(shares, delivered, -times(delivered, strike), strike, seconds_later=3))  # fmt: skip
    if cash is not None:
        paid = replace(announced, entry_type="OPCSH", cause=Note("Options Cash"))
        activity = book_leg(desk, account, paid, Leg(shares, net_amount=cash, seconds_later=5))
        desk.activities[-1] = replace(activity, asset=None)


def expire(desk: Desk, account: Account, role: str, qty: int, day: int) -> None:
    """OPEXP on the evening of the last day: the contracts go, or the writer's duty ends."""
    announced = _announced(desk, account, role, "OPEXP", day, "17:05", "Options Expiry")
    _take(desk, account, announced, role, Decimal(qty))


def adjust(desk: Desk, underlying: str, role: str, day: int) -> None:
    """OPCA/SPIN: the same contracts under a new root, at what they cost; no cash moves."""
    old, new = desk.market[role], desk.market[f"{role}_new"]
    about = desk.market[underlying]
    announced = notice(day, "06:59", "OPCA", "SPIN", about)
    for account, holding in desk.holders(old.symbol):
        qty, price = holding.qty, holding.average
        notional = times(qty, price, _CONTRACT)
        cause = ContractSwap(old, new, qty, about, desk.market["spun_off"], _SPUN_RATE)
        terms = replace(announced, cause=cause)
        for leg in (
            Leg(old, -qty, notional, price, cost=-holding.cost),
            Leg(new, qty, -notional, price, cost=notional, seconds_later=60),
        ):
            desk.move(account.account_id, leg.asset, leg.qty, leg.cost)
            _note(desk, account, terms, leg)


def _announced(
    desk: Desk, account: Account, role: str, entry_type: str, day: int, clock: str, words: str
) -> Notice:
    about = desk.market[role].symbol, account.account_id, str(day)
    announced = notice(day, clock, entry_type, "")
    return replace(announced, group_id=derived_uuid("options", *about), cause=Note(words))


def _take(desk: Desk, account: Account, announced: Notice, role: str, qty: Decimal) -> None:
    """Moves contracts towards zero, at what they cost on average."""
    held = desk.holdings[account.account_id, desk.market[role].symbol]
    cost = half_up(ratio(times(held.cost, qty), held.qty, 9), 9)
    book_leg(desk, account, announced, Leg(held.asset, qty, cost=cost))


def _note(desk: Desk, account: Account, terms: Notice, leg: Leg) -> None:
    """Notes a leg down whose shares and cash have moved already, or are a notional alone."""
    activity = book_leg(desk, account, terms, replace(leg, qty=Decimal(0), net_amount=Decimal(0)))
    desk.activities[-1] = replace(activity, qty=leg.qty, net_amount=leg.net_amount)
