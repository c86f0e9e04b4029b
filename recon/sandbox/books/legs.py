"""Books one leg of a corporate action: takes the leg, moves holdings and cash, drafts its event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recon.sandbox.books.clock import MILLISECOND, SECOND, SYSTEM_DATES, day_before, eastern
from recon.sandbox.books.desk import Desk, Draft
from recon.sandbox.books.exact import ZERO
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.model import Account, Asset
from recon.sandbox.messages.payloads import Activity, activity_payload

PRICE_PLACES = 4
QUANTITY_PLACES = 9


@dataclass(frozen=True)
class Notice:
    """What the legs of one action share. `at` is the first leg's instant for the first holder."""

    system_date: date
    settle_date: date
    at: int
    entry_type: str
    sub_type: str
    description: str
    group_id: str = ""


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
    description: str = ""


def notice(
    day: int, clock: str, entry_type: str, sub_type: str, description: str = "",
    *, evening_before: bool = False, settle_date: date | None = None, group_id: str = "",
) -> Notice:  # fmt: skip
    """A notice for the system date with that index; the clock is New York's."""
    system_date = SYSTEM_DATES[day]
    calendar = day_before(system_date) if evening_before else system_date
    settles = settle_date or system_date
    at = eastern(calendar, clock)
    return Notice(system_date, settles, at, entry_type, sub_type, description, group_id)


def book_leg(desk: Desk, account: Account, terms: Notice, leg: Leg) -> None:
    """Moves the leg's quantity and cash at once, and drafts its event."""
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
        symbol=leg.asset.symbol,
        cusip=leg.asset.cusip,
        description=leg.description or terms.description,
        group_id=terms.group_id,
    )
    payload = activity_payload(activity)
    desk.activities.append(Draft(activity.at, account.account_id, terms.system_date, payload))
