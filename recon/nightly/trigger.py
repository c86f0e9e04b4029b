"""When a night may start: only the broker's own two system events say so. Pure.

Their order is not promised, they may come twice, and the clock proves nothing. One that says that
a day was ready before its session ended, or after the broker was asked, is not followed: the rule
streams/ready_signal_differs reports it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pendulum

from recon.calendar import session_end

NEEDED = frozenset({"eod_balances_ready", "eod_positions_ready"})


@dataclass(frozen=True)
class SystemEvent:
    """What one event of the system stream says. `event_at` is the broker's time, UTC."""

    type: str
    system_date: date
    event_at: pendulum.DateTime


def is_plausible(event: SystemEvent, asked_until: pendulum.DateTime) -> bool:
    """Whether the instant it carries lies between the end of its session and that up to which the
    broker was asked."""
    return session_end(event.system_date) <= event.event_at <= asked_until


def one_of_each(events: Iterable[SystemEvent]) -> dict[tuple[str, date], SystemEvent]:
    """One signal of each kind and date: what is kept of a stream, however long it is followed."""
    return {(each.type, each.system_date): each for each in events if each.type in NEEDED}


def missing(events: Iterable[SystemEvent], system_date: date) -> frozenset[str]:
    """Which of the two signals of that date have not been seen."""
    return NEEDED - {event.type for event in events if event.system_date == system_date}


def ready_at(events: Iterable[SystemEvent], system_date: date) -> pendulum.DateTime:
    """The broker's time when the later of the two signals was first given: the night's bound."""
    first: dict[str, pendulum.DateTime] = {}
    for event in events:
        if event.system_date == system_date and event.type in NEEDED:
            first[event.type] = min(event.event_at, first.get(event.type, event.event_at))
    return max(first.values())


def ready_dates(events: Iterable[SystemEvent]) -> list[date]:
    """Every date that both signals name, in order."""
    said: dict[date, set[str]] = {}
    for event in events:
        said.setdefault(event.system_date, set()).add(event.type)
    return sorted(day for day, kinds in said.items() if kinds >= NEEDED)
