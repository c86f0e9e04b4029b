"""The states of transfers: takes the booked activities, gives the old and the new status stream.

Every deposit and withdrawal is one transfer, COMPLETE a second before its cash is booked. A
withdrawal that returns a deposit is no transfer of its own: the deposit is RETURNED.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from recon.sandbox.books.clock import MILLISECOND, SECOND, to_microseconds
from recon.sandbox.books.desk import Draft, seal
from recon.sandbox.books.identity import derived_uuid, new_uuid
from recon.sandbox.books.model import Account, Event, Payload
from recon.sandbox.messages.versions import numbered

CORRESPONDENT = "SNBX"
RETURN = "subtype: return"
_BEFORE = ((1800, "QUEUED"), (900, "APPROVED"), (600, "SENT_TO_CLEARING"), (1, "COMPLETE"))


def transfer_states(
    rng: random.Random, accounts: Sequence[Account], activities: Sequence[Event]
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events of the funding stream and of the older one, each in order of publication."""
    drafts = [*_banks(rng, accounts, activities), *_transfers(activities)]
    old = [_as_before(draft) for draft in drafts if draft.payload["entity_type"] == "Transfer"]
    new = seal(rng, drafts, "event_id")
    return new, numbered(rng, seal(rng, old, "event_ulid"))


def transfer_id(event: Event) -> str:
    """The transfer of a deposit or a withdrawal."""
    return derived_uuid(str(event.payload["id"]), "transfer")


def _transfers(activities: Sequence[Event]) -> list[Draft]:
    drafts = []
    for event in activities:
        if event.payload["entry_type"] in ("CSD", "CSW") and not is_return(event):
            drafts += _states(event, _return_of(event, activities))
    return drafts


def _states(event: Event, returned: Event | None) -> list[Draft]:
    steps = [(event.at - before * SECOND, event, status) for before, status in _BEFORE]
    if returned is not None:
        steps.append((returned.at - SECOND, returned, "RETURNED"))
    drafts, status_from = [], ""
    for at, cash, status_to in steps:
        payload: Payload = {
            "account_id": event.account_id,
            "at": to_microseconds(at),
            "correspondent": CORRESPONDENT,
            "entity_id": transfer_id(event),
            "entity_type": "Transfer",
            "event_id": "",
            "status_from": status_from,
            "status_to": status_to,
        }
        if status_to == "RETURNED":
            payload["reason"] = "the bank returned the deposit"
        drafts.append(Draft(at, event.account_id, cash.system_date, payload))
        status_from = status_to
    return drafts


def _banks(
    rng: random.Random, accounts: Sequence[Account], activities: Sequence[Event]
) -> list[Draft]:
    """Each account's bank, approved before its first deposit."""
    drafts = []
    for account in accounts:
        events = (each for each in activities if each.account_id == account.account_id)
        first = next(each for each in events if each.payload["entry_type"] == "CSD")
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


def is_return(event: Event) -> bool:
    """Whether the withdrawal gives a returned deposit back."""
    return RETURN in str(event.payload["description"])


def _return_of(deposit: Event, activities: Iterable[Event]) -> Event | None:
    """The withdrawal that gives a deposit back; None where it stays."""
    paid: Any = deposit.payload["net_amount"]
    for event in activities:
        amount: Any = event.payload["net_amount"]
        gives_back = event.account_id == deposit.account_id and is_return(event)
        if gives_back and Decimal(amount) == -Decimal(paid) and event.at > deposit.at:
            return event
    return None


def _as_before(draft: Draft) -> Draft:
    """The same state as the older stream tells it."""
    payload = draft.payload
    kept = {name: payload[name] for name in ("account_id", "at", "status_from", "status_to")}
    return replace(draft, payload=kept | {"transfer_id": payload["entity_id"], "event_ulid": ""})
