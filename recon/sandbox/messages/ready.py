"""The system stream: says that a date's statements are ready."""

from __future__ import annotations

import random
from datetime import date

from recon.sandbox.books.clock import MINUTE, SECOND, SYSTEM_DATES, eastern, to_microseconds
from recon.sandbox.books.model import Event, Payload
from recon.sandbox.messages.sealing import Draft, seal


def ready_events(rng: random.Random) -> tuple[Event, ...]:
    """Both ready events of every system date, in the night after it; on some days swapped."""
    drafts = []
    for day, system_date in enumerate(SYSTEM_DATES):
        kinds = ("balances", "positions") if day % 3 else ("positions", "balances")
        night = eastern(system_date, "23:59")
        for number, kind in enumerate(kinds):
            at = night + (102 + number) * MINUTE + rng.randrange(50 * SECOND)
            drafts.append(Draft(at, "", system_date, system_payload(kind, at, system_date)))
    return seal(rng, drafts, "event_id")


def system_payload(kind: str, at: int, system_date: date) -> Payload:
    """A ready event; `kind` is balances or positions."""
    return {
        "event_id": "",
        "at": to_microseconds(at),
        "type": f"eod_{kind}_ready",
        "system_date": system_date.isoformat(),
        "description": f"End-of-day {kind} are now available.",
    }
