"""Gives each claim in its turn the first entry that is left of its account and fits. Pure.

A claim is of a transfer, for one entry of its account's cash: the deposit or withdrawal that it
brought, or what reversed that. Neither names the other, so days decide. An entry is given once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple


class Claim(NamedTuple):
    """What a transfer may take: an entry made from `first_day` to `last_day`, settlement days, of
    something that was booked since `booked_since`. `is_old`: what it takes may lie before the
    books begin."""

    account_id: str | None
    transfer_id: str
    claim: str
    is_old: bool
    booked_since: int
    first_day: int
    last_day: int


class Entry(NamedTuple):
    """What can be taken: made on a day from `first_day` to `last_day`, none where there is no last
    one, of something that was booked on `booked_day`."""

    account_id: str
    activity_id: str
    booked_day: int
    first_day: int
    last_day: int | None


class Match(NamedTuple):
    """What a claim has: `activity_id` where the old claims come last, `activity_in_turn` where each
    comes in its turn; None for nothing."""

    account_id: str | None
    transfer_id: str
    claim: str
    activity_id: str | None
    activity_in_turn: str | None


def matches(claims: Iterable[Claim], entries: Iterable[Entry]) -> Iterator[Match]:
    """One match for each claim; both are given in the order in which they have their turn.

    The entry of an old claim may lie before the books or after, so entries are given out twice.
    Whether a claim has one is said where the old ones come last; whether an entry is left over,
    where each comes in its turn. There is always one way in which both hold.
    """
    claims, entries = list(claims), list(entries)
    in_turn = dict(zip(claims, _taken(claims, entries), strict=True))
    old_last = sorted(claims, key=attrgetter("is_old"))
    for claim, activity_id in zip(old_last, _taken(old_last, entries), strict=True):
        yield Match(*claim[:3], activity_id, in_turn[claim])


def _taken(claims: Iterable[Claim], entries: Iterable[Entry]) -> Iterator[str | None]:
    """What each claim takes, one after the other."""
    left = defaultdict[str | None, list[Entry]](list)
    for entry in entries:
        left[entry.account_id].append(entry)
    for claim in claims:
        fitting = next((each for each in left[claim.account_id] if _fits(claim, each)), None)
        if fitting is not None:
            left[claim.account_id].remove(fitting)
        yield fitting.activity_id if fitting else None


def _fits(claim: Claim, entry: Entry) -> bool:
    """Whether the entry can be what the claim is for."""
    return (
        entry.booked_day >= claim.booked_since
        and entry.first_day <= claim.last_day
        and (entry.last_day is None or entry.last_day >= claim.first_day)
    )
