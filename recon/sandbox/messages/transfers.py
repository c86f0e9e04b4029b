"""The states of transfers: takes the booked activities, gives the old and the new status stream.

Every deposit and withdrawal is one transfer, COMPLETE a second before its cash is booked. A
withdrawal that returns a deposit is no transfer of its own: the deposit is RETURNED.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import Withdrawal
from recon.sandbox.books.clock import MILLISECOND, SECOND, to_microseconds
from recon.sandbox.books.identity import derived_uuid, new_uuid
from recon.sandbox.books.model import Account, Event, Payload
from recon.sandbox.messages.sealing import Draft, numbered, seal

CORRESPONDENT = "SNBX"
_BEFORE = ((1800, "QUEUED"), (900, "APPROVED"), (600, "SENT_TO_CLEARING"), (1, "COMPLETE"))


def transfer_states(
    rng: random.Random, accounts: Sequence[Account], activities: Sequence[Activity]
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events of the funding stream and of the older one, each in order of publication."""
    drafts = [*_banks(rng, accounts, activities), *_transfers(activities)]
    old = [_as_before(draft) for draft in drafts if draft.payload["entity_type"] == "Transfer"]
    new = seal(rng, drafts, "event_id")
    return new, numbered(rng, seal(rng, old, "event_ulid"))


def _transfers(activities: Sequence[Activity]) -> list[Draft]:
    returns = {returned_of(each): each for each in activities}
    drafts = []
    for activity in activities:
        if activity.entry_type in ("CSD", "CSW") and not returned_of(activity):
            drafts += _states(activity, returns.get(activity.identity))
    return drafts


def _states(activity: Activity, returned: Activity | None) -> list[Draft]:
    steps = [(activity.at - before * SECOND, activity, status) for before, status in _BEFORE]
    if returned is not None:
        steps.append((returned.at - SECOND, returned, "RETURNED"))
    drafts, status_from = [], ""
    for at, cash, status_to in steps:
        payload: Payload = {
            "account_id": activity.account_id,
            "at": to_microseconds(at),
            "correspondent": CORRESPONDENT,
            "entity_id": derived_uuid(activity.identity, "transfer"),
            "entity_type": "Transfer",
            "event_id": "",
            "status_from": status_from,
            "status_to": status_to,
        }
        if status_to == "RETURNED":
            payload["reason"] = "the bank returned the deposit"
        drafts.append(Draft(at, activity.account_id, cash.system_date, payload))
        status_from = status_to
    return drafts


def _banks(
    rng: random.Random, accounts: Sequence[Account], activities: Sequence[Activity]
) -> list[Draft]:
    """Each account's bank, approved before its first deposit."""
    drafts = []
    for account in accounts:
        own = (each for each in activities if each.account_id == account.account_id)
        first = next(each for each in own if each.entry_type == "CSD")
        bank, status_from = new_uuid(rng), ""
        for before, status_to in ((3600, "QUEUED"), (3000, "SENT_TO_CLEARING"), (2400, "APPROVED")):
            at = first.at - before * SECOND - rng.randrange(SECOND // MILLISECOND) * MILLISECOND
            payload: Payload = {
                "account_id": account.account_id,
                "at": to_microseconds(at),
                "correspondent": CORRESPONDENT,
                "entity_id": bank,
                "entity_type": "BankRelationship",
                "event_id": "",
                "status_from": status_from,
                "status_to": status_to,
            }
            drafts.append(Draft(at, account.account_id, first.system_date, payload))
            status_from = status_to
    return drafts


def returned_of(activity: Activity) -> str:
    """The deposit that a withdrawal gives back, "" for anything else."""
    return activity.cause.returned if isinstance(activity.cause, Withdrawal) else ""


def _as_before(draft: Draft) -> Draft:
    """The same state as the older stream tells it."""
    payload = draft.payload
    kept = {name: payload[name] for name in ("account_id", "at", "status_from", "status_to")}
    return replace(draft, payload=kept | {"transfer_id": payload["entity_id"], "event_ulid": ""})
