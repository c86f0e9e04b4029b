"""What version 1 of a stream has beside the ULID: takes sealed events, gives them numbered."""

from __future__ import annotations

import random
from dataclasses import replace

from recon.sandbox.books.model import Event

_FIRST_INTEGER_ID = 12_627_000


def numbered(rng: random.Random, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events with the older integer `event_id` beside the ULID; gaps are normal."""
    number, counted = _FIRST_INTEGER_ID, []
    for event in events:
        number += rng.randint(2, 9)
        counted.append(replace(event, payload=event.payload | {"event_id": number}))
    return tuple(counted)
