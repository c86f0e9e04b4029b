"""The states of journals: takes the booked activities, gives both versions of the status stream.

A journal is queued and sent to clearing before its legs are booked, and executed when they are.
One that waits is pending until the day on which its legs are executed. Version 2 also tells when
the activities of a journal of cash exist.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.causes import Journal
from recon.sandbox.books.clock import MILLISECOND, SECOND, to_microseconds
from recon.sandbox.books.model import Event, Payload
from recon.sandbox.messages.sealing import Draft, numbered, seal

_STEP = 53 * MILLISECOND


def journal_states(
    rng: random.Random, activities: Iterable[Activity]
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events of version 2 and of version 1, each in order of publication."""
    legs: dict[str, list[Activity]] = defaultdict(list)
    for activity in activities:
        if isinstance(activity.cause, Journal):
            legs[activity.cause.journal_id].append(activity)
    drafts = [draft for identity, each in legs.items() for draft in _states(identity, each)]
    old = [draft for draft in drafts if draft.payload["status_to"] != "activity_created"]
    second = seal(rng, drafts, "event_id")
    return second, numbered(rng, seal(rng, [_first_version(draft) for draft in old], "event_ulid"))


def _states(identity: str, legs: list[Activity]) -> list[Draft]:
    """The journal's states; drafts name the system date of the legs that they lead to."""
    waiting = [leg for leg in legs if leg.status == "pending"]
    booked = [leg for leg in legs if leg.status != "pending"]
    kind = legs[0].entry_type
    begins = min(leg.at for leg in waiting or booked)
    steps = [(begins - 2 * SECOND, legs[0], "queued")]
    if waiting:
        steps.append((begins - SECOND, waiting[0], "pending"))
    if booked:
        executed = min(leg.at for leg in booked)
        steps.append((executed - SECOND, booked[0], "sent_to_clearing"))
        steps.append((executed - SECOND + _STEP, booked[0], "executed"))
    if booked and kind == "JNLC":
        steps.append((max(leg.at for leg in booked) + _STEP, booked[0], "activity_created"))
    drafts, status_from = [], ""
    for at, leg, status_to in steps:
        payload: Payload = {
            "at": to_microseconds(at),
            "description": "",
            "entry_type": kind,
            "event_id": "",
            "journal_id": identity,
            "status_from": status_from,
            "status_to": status_to,
        }
        drafts.append(Draft(at, leg.account_id, leg.system_date, payload))
        status_from = status_to
    return drafts


def _first_version(draft: Draft) -> Draft:
    """The same state as version 1 tells it."""
    only_second = ("description", "event_id")
    kept = {name: told for name, told in draft.payload.items() if name not in only_second}
    return replace(draft, payload=kept | {"event_ulid": ""})
