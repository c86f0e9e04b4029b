"""The same accounts at the other broker: takes books, gives the bodies that its webhook sends.

Every account has an account there, two of them in one group and each other one in its own. They
open, are locked and close with the account on the books. As documented, events are in order
inside a request and in none between requests, and a request may come twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recon.sandbox.books.clock import MINUTE, SYSTEM_DATES, eastern, to_microseconds
from recon.sandbox.books.exact import encode
from recon.sandbox.books.identity import new_uuid
from recon.sandbox.books.model import Account, Books, Payload
from recon.sandbox.messages.openings import OPENED

_GROUP_TYPES = ("PERSONAL", "LEGAL_ENTITY", "FRENCH_PEA", "ISA", "CHILD")
_SECOND = 2  # the place of the account that is the second one in the group before it
_STATUSES = {
    "CREATED": "PENDING_APPROVAL", "ACTIVATED": "ACTIVE", "UPDATED": "ACTIVE",
    "LOCKED": "LOCKED", "CLOSING_INITIATED": "CLOSING", "CLOSED": "CLOSED",
}  # fmt: skip
_EVENTS_OF_A_REQUEST = 7


@dataclass(frozen=True)
class Deliveries:
    """Bodies in the order in which they are sent, and the account here of each on the books."""

    bodies: tuple[str, ...]
    accounts: Mapping[str, str]


@dataclass(frozen=True)
class Thing:
    """A group or an account: its events begin with `prefix`, its fields never change."""

    prefix: str
    fields: Payload


def upvest_deliveries(books: Books) -> Deliveries:
    """Everything that the webhook sends about the accounts of these books."""
    events, accounts = upvest_events(books)
    return Deliveries(bodies_of(events), accounts)


def upvest_events(books: Books) -> tuple[tuple[Payload, ...], Mapping[str, str]]:
    """The events in order of their time, and the account here of each on the books."""
    rng = random.Random(f"{books.seed} upvest")  # noqa: S311  # a story for tests, not a secret
    webhook, drafts, accounts = new_uuid(rng), [], {}
    groups: list[Thing] = []
    for place, account in enumerate(books.accounts):
        if place != _SECOND:
            groups.append(_group(rng, account, place))
        thing = _account(rng, groups[-1], 2 if place == _SECOND else 1)
        accounts[account.account_id] = str(thing.fields["id"])
        together = (thing,) if place == _SECOND else (groups[-1], thing)
        for at, each, verb in _life(account, together, place):
            drafts.append((at, each, verb, new_uuid(rng)))
    events: list[Payload] = []
    known: dict[str, Payload] = {}  # what is carried over from event to event
    for at, thing, verb, identity in sorted(drafts, key=lambda draft: draft[0]):
        when = to_microseconds(at)
        carried = known.setdefault(str(thing.fields["id"]), {"created_at": when})
        if verb == "UPDATED":
            carried["name"] = "Savings"
        told = thing.fields | carried | {"updated_at": when, "status": _STATUSES[verb]}
        events.append({
            "id": identity,
            "created_at": when,
            "type": f"{thing.prefix}.{verb}",
            "object": told,
            "webhook_id": webhook,
        })  # fmt: skip
    return tuple(events), accounts


def bodies_of(events: Iterable[Payload]) -> tuple[str, ...]:
    """The requests for these events: the first is sent twice, the last two the wrong way round."""
    left, requests = list(events), []
    while left:
        requests.append(encode({"payload": left[:_EVENTS_OF_A_REQUEST]}))
        left = left[_EVENTS_OF_A_REQUEST:]
    requests[-2:] = reversed(requests[-2:])
    return requests[0], *requests


def _group(rng: random.Random, account: Account, place: int) -> Thing:
    group: Payload = {"id": new_uuid(rng)}
    if account.is_firm:
        group |= {"business_id": new_uuid(rng), "type": "BUSINESS"}
    else:
        kind = _GROUP_TYPES[(place - 1) % len(_GROUP_TYPES)]
        group |= {"users": _users(rng, kind), "type": kind}
    group["securities_account_number"] = str(rng.randrange(10**9, 10**10))
    return Thing("ACCOUNT_GROUP", group)


def _account(rng: random.Random, group: Thing, number: int) -> Thing:
    """An account in the group, with that serial number; its owner is the group's first user."""
    users: Any = group.fields.get("users", [])
    fields: Payload = {
        "id": new_uuid(rng),
        "account_group_id": group.fields["id"],
        "type": "TRADING" if number == 1 else "PORTFOLIO",
        "users": [{"id": user["id"], "type": "OWNER"} for user in users[:1]],
        "name": f"Account {number}",
        "account_number": number,
    }
    return Thing("ACCOUNT", fields)


def _users(rng: random.Random, kind: str) -> list[Payload]:
    owner = new_uuid(rng)
    if kind != "CHILD":
        return [{"id": owner, "type": "OWNER"}]
    return [{"id": owner, "type": "CHILD"}, {"id": new_uuid(rng), "type": "GUARDIAN"}]


def _life(
    account: Account, together: tuple[Thing, ...], place: int
) -> Iterator[tuple[int, Thing, str]]:
    """What happens when, to the account and to the group before it where it has its own.

    The group is opened first and is last to be closed.
    """
    opened = eastern(OPENED, "10:30") + place * 20 * MINUTE
    endings = [*reversed(together)]
    for number, thing in enumerate(together):
        yield opened + number * MINUTE, thing, "CREATED"
        yield opened + (5 + number) * MINUTE, thing, "ACTIVATED"
    if place % 4 == 0:
        yield eastern(SYSTEM_DATES[1], "12:00") + place * MINUTE, endings[0], "UPDATED"
    for number, thing in enumerate(endings):
        if account.blocked_on is not None:
            yield eastern(account.blocked_on, "16:46") + number * MINUTE, thing, "LOCKED"
        if account.closed_on is not None:
            yield _before(account.closed_on) + number * MINUTE, thing, "CLOSING_INITIATED"
            yield eastern(account.closed_on, "17:11") + number * MINUTE, thing, "CLOSED"


def _before(closed_on: date) -> int:
    """The morning of the system date before."""
    return eastern(SYSTEM_DATES[SYSTEM_DATES.index(closed_on) - 1], "09:00")
