"""Admin actions and offerings: takes accounts and booked activities, gives both streams.

A canceled activity has its transaction cancel; a note about an account has the shape of the
documented sample, which the published schema does not have. The offering ends without shares, so
no money follows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.clock import MICROSECOND, SECOND, SYSTEM_DATES, eastern, to_microseconds
from recon.sandbox.books.identity import derived_uuid, new_uuid
from recon.sandbox.books.model import Account, Event, Payload
from recon.sandbox.messages.sealing import Draft, seal
from recon.sandbox.messages.transfers import CORRESPONDENT

_OFFERING = "FI061526"


def admin_actions(
    rng: random.Random, accounts: Sequence[Account], activities: Sequence[Activity]
) -> tuple[Event, ...]:
    """A cancel for each canceled activity, a note for each account that is not left alone."""
    admin = new_uuid(rng)
    drafts = [_cancel(each, admin) for each in activities if each.status == "canceled"]
    for account in accounts:
        ends = account.blocked_on or account.closed_on
        if ends is not None:
            at = eastern(ends, "17:30") + rng.randrange(1000) * MICROSECOND
            word = "ACCOUNT_CLOSED" if account.closed_on else "restricted to liquidation"
            payload: Payload = {
                "event_id": "",
                "at": to_microseconds(at),
                "note": f"Status changed to {word}.",
                "type": "legacy_note_admin_event",
                "context": {},
                "category": "other",
                "correspondent": CORRESPONDENT,
                "belongs_to_kind": "account",
                "created_by_kind": "admin",
                "belongs_to_id_reference": account.account_id,
                "created_by_id_reference": admin,
            }
            drafts.append(Draft(at, account.account_id, ends, payload))
    return seal(rng, drafts, "event_id")


def offerings(rng: random.Random, account: Account) -> tuple[Event, ...]:
    """An offering, its prospectus, its last hour, and an allocation of nothing to one account."""
    subject = "Example Corp"
    steps: tuple[tuple[int, str, str, Payload], ...] = (
        (1, "09:00", "Offering", {
            "available_to_order": "Available", "max_price": "44", "min_price": "40",
            "name": subject, "source": "sandbox", "ticker_symbol": "EXMP",
        }),
        (1, "12:15", "Prospectus", {
            "prospectus_url": "https://example.com/prospectus/example-corp.pdf",
            "subject": f"IPO Prospectus: {subject}",
        }),
        (3, "15:30", "SixtyMinMail", {
            "sixty_minute_expiration_time": to_microseconds(eastern(SYSTEM_DATES[3], "16:30")),
            "subject": f"IPO 60 Minute Mail: {subject}",
        }),
        (3, "18:45", "Allocation", {
            "allocated_amount": "0", "allocated_shares": "0", "cusip_id": "123456782",
            "final_price": "42", "subject": f"IPO Allocation: {subject}",
        }),
    )  # fmt: skip
    drafts = []
    for day, clock, verb, told in steps:
        at = eastern(SYSTEM_DATES[day], clock) + rng.randrange(1000) * MICROSECOND
        payload: Payload = {
            "at": to_microseconds(at),
            "event_id": "",
            "offering_reference": _OFFERING,
            "payload": told,
            "received_at": to_microseconds(at - SECOND),
            "verb": verb,
        }
        is_allocation = verb == "Allocation"
        if is_allocation:
            payload |= {"account_id": account.account_id, "correspondent": CORRESPONDENT}
        holder = account.account_id if is_allocation else ""
        drafts.append(Draft(at, holder, SYSTEM_DATES[day], payload))
    return seal(rng, drafts, "event_id")


def _cancel(activity: Activity, admin: str) -> Draft:
    """The transaction cancel of an activity, a second before its canceled state."""
    identity, at = activity.identity, activity.at - SECOND
    payload: Payload = {
        "event_id": "",
        "at": to_microseconds(at),
        "belongs_to": {"kind": "account", "id_reference": activity.account_id},
        "category": "other",
        "context": {
            "entry_type": activity.entry_type,
            "external_id": derived_uuid(identity, "external"),
            "transaction_id": identity,
        },
        "correspondent": CORRESPONDENT,
        "created_by": {"kind": "admin", "id_reference": admin},
        "note": f"Transaction {identity} cancelled for {CORRESPONDENT}",
        "type": "transaction_cancel_admin_event",
        "visibility": "external",
    }
    return Draft(at, activity.account_id, activity.system_date, payload)
