"""The two older streams of what moves: takes trades and activities, gives their events.

Each event keeps the fact that it is printed from; other streams print the fact, never the event.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.model import Event, Payload
from recon.sandbox.books.orders import Trade
from recon.sandbox.messages.activities import activity_payload
from recon.sandbox.messages.sealing import Draft, numbered, seal
from recon.sandbox.messages.trades import trade_payload


def trade_events(rng: random.Random, trades: Iterable[Trade]) -> tuple[Event, ...]:
    """The trade stream, in the order of publication."""
    return seal(rng, map(_draft, trades), "event_id")


def activity_events(rng: random.Random, activities: Iterable[Activity]) -> tuple[Event, ...]:
    """The older activity stream, in the order of publication."""
    return numbered(rng, seal(rng, map(_draft, activities), "event_ulid"))


def reprinted(event: Event, fact: Activity | Trade) -> Event:
    """The event, under its ids, of another fact."""
    ids = {
        name: event.payload[name] for name in ("event_ulid", "event_id") if name in event.payload
    }
    return replace(event, payload=_payload(fact) | ids, fact=fact)


def _draft(fact: Activity | Trade) -> Draft:
    return Draft(fact.at, fact.account_id, fact.system_date, _payload(fact), fact)


def _payload(fact: Activity | Trade) -> Payload:
    return trade_payload(fact) if isinstance(fact, Trade) else activity_payload(fact)
