"""The states of accounts: takes accounts, gives the events of the account status stream.

Every account is approved and active days before the first system date. Further properties come
to some: crypto, cash interest, share lending, options. What changes is told, nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from recon.sandbox.books.clock import MINUTE, SECOND, SYSTEM_DATES, eastern, to_microseconds
from recon.sandbox.books.model import Account, Event, Payload
from recon.sandbox.messages.sealing import Draft, numbered, seal

OPENED = SYSTEM_DATES[0] - timedelta(days=6)
_PROPERTIES: tuple[Payload, ...] = (
    {"cash_interest": {"currency": "USD", "status_from": "", "status_to": "ACTIVE"}},
    {"fpsl": {"US": {"status_from": "", "status_to": "ACTIVE", "tier_to": "basic"}}},
    {"options": {"approved_level_from": 0, "approved_level_to": 2}},
    {"admin_configurations": {"max_margin_multiplier": {"from": "2", "to": "1"}}},
)
_Step = tuple[int, date, Payload]  # when, of which system date, what changes


def account_states(rng: random.Random, accounts: Sequence[Account]) -> tuple[Event, ...]:
    """The events in order of publication."""
    drafts = []
    for place, account in enumerate(accounts):
        at = eastern(OPENED, "10:00") + place * 20 * MINUTE + rng.randrange(60 * SECOND)
        steps = [*_opening(at, place), *_extras(at, place), *_endings(account)]
        for when, system_date, changes in steps:
            number = "" if changes.get("status_from") == "" else account.number
            payload: Payload = {
                "account_id": account.account_id,
                "account_number": number,
                "at": to_microseconds(when),
                **changes,
                "event_ulid": "",
            }
            drafts.append(Draft(when, account.account_id, system_date, payload))
    return numbered(rng, seal(rng, drafts, "event_ulid"))


def _opening(at: int, place: int) -> Iterator[_Step]:
    """Approved and active; every third account is approved for crypto before it is active."""
    has_crypto = place % 3 == 1
    first: Payload = {
        "account_blocked": False,
        "admin_configurations": {"allow_instant_ach": True, "disable_shorting": False},
        "crypto_status_from": "",
        "crypto_status_to": "APPROVED" if has_crypto else "INACTIVE",
        "kyc_results": {"summary": "pass"},
        "pattern_day_trader": False,
        "status_from": "",
        "status_to": "APPROVED",
        "trading_blocked": False,
    }
    yield at, OPENED, first
    if has_crypto:
        crypto: Payload = {"crypto_status_from": "APPROVED", "crypto_status_to": "ACTIVE"}
        same: Payload = {"status_from": "APPROVED", "status_to": "APPROVED"}
        yield at + 50 * SECOND, OPENED, crypto | same
    yield at + 5 * MINUTE, OPENED, {"status_from": "APPROVED", "status_to": "ACTIVE"}


def _extras(at: int, place: int) -> Iterator[_Step]:
    """One further property, by the account's place; no status changes with it."""
    yield at + 10 * MINUTE, OPENED, _PROPERTIES[place % len(_PROPERTIES)]


def _endings(account: Account) -> Iterator[_Step]:
    """Trading is blocked after the close of its day, an account closed after that of its own."""
    if account.blocked_on is not None:
        reasons = {"restrict_to_liquidation_reasons": {"ach_return": True}}
        block: Payload = {"admin_configurations": reasons, "trading_blocked": True}
        yield eastern(account.blocked_on, "16:45"), account.blocked_on, block
    if account.closed_on is not None:
        closing: Payload = {"reason": "closed at the customer's wish"}
        closing |= {"status_from": "ACTIVE", "status_to": "ACCOUNT_CLOSED"}
        yield eastern(account.closed_on, "17:10"), account.closed_on, closing
