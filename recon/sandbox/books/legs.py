"""Books one leg of a corporate action: takes the leg, moves holdings and cash, notes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.assets import Asset
from recon.sandbox.books.causes import Cause
from recon.sandbox.books.clock import MILLISECOND, SECOND, SYSTEM_DATES, day_before, eastern
from recon.sandbox.books.desk import Desk
from recon.sandbox.books.exact import ZERO
from recon.sandbox.books.identity import derived_uuid, new_uuid
from recon.sandbox.books.model import Account

PRICE_PLACES = 4
QUANTITY_PLACES = 9


@dataclass(frozen=True)
class Notice:
    """What the legs of one action share. `at` is the first leg's instant for the first holder.

    `ca_id` is "" where it is no corporate action, `group_id` where that follows from the account.
    """

    system_date: date
    settle_date: date
    at: int
    entry_type: str
    sub_type: str
    ca_id: str = ""
    group_id: str = ""
    cause: Cause | None = None


@dataclass(frozen=True)
class Leg:
    """One leg: signed quantity of an asset, dollars, and how long after the notice it comes."""

    asset: Asset
    qty: Decimal = ZERO
    net_amount: Decimal = ZERO
    price: Decimal | None = None
    per_share: Decimal | None = None
    cost: Decimal = ZERO
    seconds_later: int = 0


def notice(
    day: int, clock: str, entry_type: str, sub_type: str, asset: Asset | None = None,
    *, evening_before: bool = False, settle_date: date | None = None,
) -> Notice:  # fmt: skip
    """A notice for the system date with that index; the clock is New York's.

    `asset` is what a corporate action is about, the old one where it ends.
    """
    system_date = SYSTEM_DATES[day]
    calendar = day_before(system_date) if evening_before else system_date
    settles = settle_date or system_date
    about = entry_type, sub_type, asset.symbol if asset else "", system_date.isoformat()
    ca_id = derived_uuid(*about) if asset else ""
    return Notice(system_date, settles, eastern(calendar, clock), entry_type, sub_type, ca_id)


def book_leg(desk: Desk, account: Account, terms: Notice, leg: Leg) -> Activity:
    """Moves the leg's quantity and cash at once, and notes down what was booked."""
    if leg.qty:
        desk.move(account.account_id, leg.asset, leg.qty, leg.cost)
    if leg.net_amount:
        desk.pay(account.account_id, leg.net_amount)
    place = desk.accounts.index(account)
    jitter = desk.rng.randrange(SECOND // MILLISECOND) * MILLISECOND
    activity = Activity(
        identity=new_uuid(desk.rng),
        account_id=account.account_id,
        at=terms.at + (leg.seconds_later + place) * SECOND + jitter,
        system_date=terms.system_date,
        settle_date=terms.settle_date,
        entry_type=terms.entry_type,
        sub_type=terms.sub_type,
        qty=leg.qty,
        net_amount=leg.net_amount,
        price=leg.price,
        per_share=leg.per_share,
        asset=leg.asset,
        cause=terms.cause,
        ca_id=terms.ca_id,
        group_id=terms.group_id or _group_id(terms, account),
    )
    desk.activities.append(activity)
    return activity


def _group_id(terms: Notice, account: Account) -> str:
    return derived_uuid(terms.ca_id, account.account_id) if terms.ca_id else ""
