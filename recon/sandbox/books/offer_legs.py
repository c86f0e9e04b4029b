"""Rights, offers, spin-offs, reorganisations and unit splits, leg by leg: takes a desk, books them.

Quantities are rounded half-up to nine places, prices that follow to four, cash to the cent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from recon.sandbox.books.causes import Split, WorthlessRemoval
from recon.sandbox.books.clock import SYSTEM_DATES
from recon.sandbox.books.desk import Desk, Holding
from recon.sandbox.books.exact import ZERO, half_up, ratio, times, truncated
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.legs import PRICE_PLACES, QUANTITY_PLACES, Leg, book_leg, notice
from recon.sandbox.books.model import Account
from recon.sandbox.books.offer_causes import (
    InLieu,
    Reorganisation,
    RightsExercise,
    RightsGiven,
    SpinOff,
    UnitSplit,
)

EXPIRES = SYSTEM_DATES[4]
_KEPT = Decimal("0.7")  # the part of the cost that a spin-off leaves with its source


def give_rights(desk: Desk, day: int, rate: Decimal) -> None:
    """VOF/VDST: so many rights for each share, at no cost."""
    source, rights = desk.market["rights_source"], desk.market["subscription"]
    announced = notice(day, "08:01", "VOF", "VDST", source, settle_date=SYSTEM_DATES[day - 1])
    for account, held in desk.holders(source.symbol):
        qty = half_up(times(held.qty, rate), QUANTITY_PLACES)
        cause = RightsGiven(source, rights, held.qty, qty, rate, EXPIRES)
        book_leg(desk, account, replace(announced, cause=cause), Leg(rights, qty))


def split_units(desk: Desk, day: int, rate: Decimal) -> None:
    """SPLIT/USPLIT: a share with the whole cost, and `rate` warrants at a price of zero."""
    unit, share, warrant = (desk.market[f"unit{part}"] for part in ("", "_share", "_warrant"))
    announced = notice(day, "19:40", "SPLIT", "USPLIT", unit, evening_before=True)
    for account, held in desk.holders(unit.symbol):
        qty, cost, average = held.qty, held.cost, held.average
        alternate = half_up(times(qty, rate), QUANTITY_PLACES)
        cause = UnitSplit(unit, share, warrant, qty, alternate, rate)
        terms = replace(announced, cause=cause)
        book_leg(desk, account, terms, _removal(held))
        book_leg(desk, account, terms, Leg(share, qty, price=average, cost=cost, seconds_later=1))
        book_leg(desk, account, terms, Leg(warrant, alternate, price=ZERO, seconds_later=2))


def spin_off(desk: Desk, day: int, rate: Decimal) -> None:
    """SPIN: new shares the evening before, the two legs of the source's cost in the morning."""
    source, new = desk.market["parent"], desk.market["spun_off"]
    evening = notice(day, "19:31", "SPIN", "", source, evening_before=True)
    morning = notice(day, "08:01", "SPIN", "", source)
    for account, held in desk.holders(source.symbol):
        qty = half_up(times(held.qty, rate), QUANTITY_PLACES)
        kept = half_up(times(held.average, _KEPT), PRICE_PLACES)
        price = ratio(times(held.qty, held.average - kept), qty, PRICE_PLACES)
        cause = SpinOff(source, new, held.qty, qty, rate, kept, price)
        back = Leg(source, held.qty, price=kept, cost=times(held.qty, kept), seconds_later=1)
        added = Leg(new, qty, price=price, cost=times(qty, price))
        book_leg(desk, account, replace(evening, cause=cause), added)
        book_leg(desk, account, replace(morning, cause=cause), _removal(held))
        book_leg(desk, account, replace(morning, cause=cause), back)


def split_into_whole_shares(desk: Desk, day: int, old_rate: int) -> None:
    """SPLIT/RSPLIT of 1 for so many: the fraction is owed; a share's price follows the rates."""
    old, new = desk.market["whole_split"], desk.market["whole_split_new"]
    announced = notice(day, "20:40", "SPLIT", "RSPLIT", old, evening_before=True)
    for account, held in desk.holders(old.symbol):
        qty = truncated(held.qty / old_rate, 0)
        price, value = held.average * old_rate, half_up(held.cost, 2)
        cause = Split(old_rate, 1, old.cusip, new.cusip, held.qty, qty, value)
        terms = replace(announced, cause=cause)
        book_leg(desk, account, terms, _removal(held))
        added = Leg(new, qty, price=price, cost=times(qty, price), seconds_later=60)
        book_leg(desk, account, terms, added)


def pay_in_lieu(desk: Desk, day: int, old_rate: int, price: Decimal) -> None:
    """CIL: the fractions of the split at one price, as far as there is one."""
    asset = desk.market["whole_split_new"]
    for activity in [each for each in desk.activities if isinstance(each.cause, Split)]:
        split, sold = activity.cause, activity.asset
        if not isinstance(split, Split) or sold != asset:
            continue
        owed = times(split.old_qty - split.new_qty * old_rate, price)
        account = next(each for each in desk.accounts if each.account_id == activity.account_id)
        paid = Leg(asset, net_amount=half_up(owed / old_rate, 2))
        announced = replace(notice(day, "12:20", "CIL", ""), cause=InLieu(asset))
        if paid.net_amount:
            book_leg(desk, account, announced, paid)


def reorganise(desk: Desk, day: int, rates: tuple[int, int], cash_rate: Decimal) -> None:
    """REO/REOSC: `rates` is (new, old); the new shares take over the cost but for the cash."""
    source, new = desk.market["reorganised"], desk.market["reorganised_new"]
    announced = notice(day, "00:10", "REO", "REOSC", source)
    for account, held in desk.holders(source.symbol):
        old, average = held.qty, held.average
        qty = ratio(times(old, Decimal(rates[0])), Decimal(rates[1]), QUANTITY_PLACES)
        paid = half_up(times(old, cash_rate), 2)
        cost = times(old, max(average - cash_rate, ZERO))
        cause = Reorganisation(source, new, old, qty, rates[1], rates[0], cash_rate, paid)
        terms = replace(announced, cause=cause)
        price = ratio(cost, qty, PRICE_PLACES)
        book_leg(desk, account, terms, _removal(held))
        book_leg(desk, account, terms, Leg(new, qty, price=price, cost=cost, seconds_later=30))
        book_leg(desk, account, terms, Leg(source, net_amount=paid, seconds_later=90))


def exercise(desk: Desk, account: Account, day: int, price: Decimal) -> None:
    """VOF/VRGT: all but three rights, two for a new share, which is subscribed at `price`."""
    rights, new = desk.market["subscription"], desk.market["rights_source"]
    shares = truncated((desk.quantity(account.account_id, rights.symbol) - 3) / 2, 0)
    terms = replace(notice(day, "10:15", "VOF", "VRGT"), group_id=new_uuid(desk.rng),
                    cause=RightsExercise(rights, new, EXPIRES))  # fmt: skip
    due = times(shares, price)
    book_leg(desk, account, terms, Leg(rights, -2 * shares))
    book_leg(desk, account, terms, Leg(new, net_amount=-due, seconds_later=2))
    book_leg(desk, account, terms, Leg(new, shares, price=price, cost=due, seconds_later=4))


def let_rights_expire(desk: Desk, day: int) -> None:
    """REORG/WRM: what is left of the rights on the day after they expire."""
    rights = desk.market["subscription"]
    announced = notice(day, "19:13", "REORG", "WRM", rights, evening_before=True)
    for account, held in desk.holders(rights.symbol):
        terms = replace(announced, cause=WorthlessRemoval(rights, held.qty))
        book_leg(desk, account, terms, Leg(rights, -held.qty, cost=-held.cost))


def _removal(held: Holding) -> Leg:
    """The leg that takes the whole holding away, priced at its average cost."""
    return Leg(held.asset, -held.qty, price=held.average, cost=-held.cost)
