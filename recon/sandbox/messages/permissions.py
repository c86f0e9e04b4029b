"""What else accounts are allowed: takes the events of the account status stream, adds the options
level that the customer who trades options was approved for, and limits of others."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from recon.sandbox.books.clock import MINUTE, to_microseconds
from recon.sandbox.books.model import Account, Event, Payload
from recon.sandbox.books.story import SPREADER
from recon.sandbox.messages.openings import OPENED
from recon.sandbox.messages.sealing import Draft, seal

STREAM = "account_status"
_APPROVED: Payload = {"options": {"approved_level_from": 0, "approved_level_to": 3}}
_LIMITED: Payload = {
    "admin_configurations": {
        "acct_daily_transfer_limit": {"to": "5000000"},
        "incoming_transfers_blocked": False,
        "outgoing_transfers_blocked": False,
    }
}


def with_permissions(
    seed: int, accounts: Sequence[Account], lifecycle: Mapping[str, tuple[Event, ...]]
) -> dict[str, tuple[Event, ...]]:
    """The events of all streams, those of the accounts with the further ones among them.

    Their ids come from a generator of their own, so that no other id depends on them.
    """
    rng = random.Random(f"permissions of {seed}")  # noqa: S311  # a story for tests, not a secret
    states = lifecycle[STREAM]
    drafts = [
        _draft(accounts[1 + SPREADER], states, _APPROVED),
        *(_draft(account, states, _LIMITED) for account in accounts[2:4]),
    ]
    told = [*states, *seal(rng, drafts, "event_ulid")]
    told.sort(key=lambda event: event.published)
    return {**lifecycle, STREAM: tuple(_numbered(told))}


def _draft(account: Account, states: Sequence[Event], changes: Payload) -> Draft:
    """The event of an account two minutes after its last one of the day on which it was opened."""
    own = (each for each in states if each.account_id == account.account_id)
    at = max(each.at for each in own if each.system_date == OPENED) + 2 * MINUTE
    payload: Payload = {
        "account_id": account.account_id,
        "account_number": account.number,
        "at": to_microseconds(at),
        **changes,
        "event_ulid": "",
    }
    return Draft(at, account.account_id, OPENED, payload)


def _numbered(events: Sequence[Event]) -> list[Event]:
    """Those without an integer id get the next one after the event before; two of them never
    follow each other, and ids lie at least two apart."""
    numbered: list[Event] = []
    for event in events:
        number: Any = event.payload.get("event_id")
        if number is None:
            before: Any = numbered[-1].payload["event_id"]
            payload = event.payload | {"event_id": before + 1}
            numbered.append(replace(event, payload=payload))
        else:
            numbered.append(event)
    return numbered
