"""Puts messages on a stream: takes drafts, gives events in the order of publication with ids."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.clock import MILLISECOND
from recon.sandbox.books.identity import ENTROPY_BITS, ulid
from recon.sandbox.books.model import Event, Payload
from recon.sandbox.books.orders import Trade

_FIRST_INTEGER_ID = 12_627_000


@dataclass(frozen=True)
class Draft:
    """A message before it has its ULID: `at` in UTC nanoseconds, the ULID's field in `payload`."""

    at: int
    account_id: str
    system_date: date
    payload: Payload
    fact: Activity | Trade | None = None


def seal(rng: random.Random, drafts: Iterable[Draft], id_field: str) -> tuple[Event, ...]:
    """The drafts as events in the order of publication, each with a ULID in its id field.

    Publication follows `at` at once. Within one millisecond the entropy counts upwards, so
    that the ULIDs of the whole stream increase.
    """
    events: list[Event] = []
    last_millisecond, entropy = -1, 0
    for draft in sorted(drafts, key=lambda draft: draft.at):
        millisecond = draft.at // MILLISECOND
        if millisecond == last_millisecond:
            entropy += 1 + rng.getrandbits(20)
        else:
            entropy = rng.getrandbits(ENTROPY_BITS - 1)
        last_millisecond = millisecond
        event_id = ulid(millisecond, entropy)
        event = Event(
            draft.at, draft.at, event_id, draft.account_id, draft.system_date,
            draft.payload | {id_field: event_id}, fact=draft.fact,
        )  # fmt: skip
        events.append(event)
    return tuple(events)


def numbered(rng: random.Random, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events with what version 1 of a stream has beside the ULID: an integer `event_id`.

    Gaps are normal.
    """
    number, counted = _FIRST_INTEGER_ID, []
    for event in events:
        number += rng.randint(2, 9)
        counted.append(replace(event, payload=event.payload | {"event_id": number}))
    return tuple(counted)
