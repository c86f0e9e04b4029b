"""Faults of the other broker's webhook: a table of names, what each plants, and its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from recon.sandbox.books.identity import derived_uuid
from recon.sandbox.books.model import Books, Payload
from recon.sandbox.messages.upvest import Deliveries, bodies_of, upvest_events

Events = tuple[Payload, ...]


@dataclass(frozen=True)
class UpvestFault:
    """One fault. `plant` takes right events and gives wrong ones, and the account or group there
    that the break of the rule `expected` names; it is pure."""

    name: str
    expected: str
    plant: Callable[[Events], tuple[Events, str]]

    @property
    def description(self) -> str:
        """One line: what is wrong."""
        return (self.plant.__doc__ or "").strip()


def group_closed_too_early(events: Events) -> tuple[Events, str]:
    """A group is closed while its account stays active."""
    group = _of(events, "ACCOUNT_GROUP.CLOSED")["id"]
    account = _of(events, "ACCOUNT.CREATED", account_group_id=group)["id"]
    stays = ("ACCOUNT.CLOSING_INITIATED", "ACCOUNT.CLOSED")
    kept = (e for e in events if not (e["type"] in stays and _object(e)["id"] == account))
    return tuple(kept), account


def child_without_guardian(events: Events) -> tuple[Events, str]:
    """The group of a child has no guardian."""
    group = _of(events, "ACCOUNT_GROUP.CREATED", type="CHILD")
    child = [user for user in group["users"] if user["type"] == "CHILD"]
    return _changed(events, group["id"], users=child), group["id"]


def account_number_used_twice(events: Events) -> tuple[Events, str]:
    """The second account of a group has the number of the first."""
    second = _of(events, "ACCOUNT.CREATED", account_number=2)
    return _changed(events, second["id"], account_number=1), second["id"]


def account_of_unknown_group(events: Events) -> tuple[Events, str]:
    """An account names a group that no event is about."""
    account = _of(events, "ACCOUNT.CREATED", name="Account 2")
    unknown = derived_uuid(account["account_group_id"], "unknown")
    return _changed(events, account["id"], account_group_id=unknown), account["id"]


def type_against_status(events: Events) -> tuple[Events, str]:
    """An event says that an account was locked, and the account in it is active."""
    account = _of(events, "ACCOUNT.ACTIVATED", name="Account 2")
    wrong = tuple(
        event | {"type": "ACCOUNT.LOCKED"}
        if event["type"] == "ACCOUNT.ACTIVATED" and _object(event)["id"] == account["id"]
        else event
        for event in events
    )
    return wrong, account["id"]


def activation_lost(events: Events) -> tuple[Events, str]:
    """An account is closed that was never told to be active."""
    account = _of(events, "ACCOUNT.CLOSED")["id"]
    kept = (
        event for event in events
        if not (event["type"] == "ACCOUNT.ACTIVATED" and _object(event)["id"] == account)
    )  # fmt: skip
    return tuple(kept), account


def group_type_changed(events: Events) -> tuple[Events, str]:
    """A savings group becomes a personal one when it is activated."""
    group = _of(events, "ACCOUNT_GROUP.CREATED", type="ISA")["id"]
    wrong = tuple(
        event | {"object": _object(event) | {"type": "PERSONAL"}}
        if event["type"] == "ACCOUNT_GROUP.ACTIVATED" and _object(event)["id"] == group
        else event
        for event in events
    )
    return wrong, group


UPVEST_FAULTS: dict[str, UpvestFault] = {
    plant.__name__: UpvestFault(plant.__name__, expected, plant)
    for expected, plant in (
        ("accounts/group_state_differs", group_closed_too_early),
        ("accounts/group_owners_differ", child_without_guardian),
        ("accounts/account_number_differs", account_number_used_twice),
        ("accounts/group_unknown", account_of_unknown_group),
        ("accounts/event_type_differs", type_against_status),
        ("accounts/upvest_state_differs", activation_lost),
        ("accounts/immutable_changed", group_type_changed),
    )
}


def wrong_deliveries(books: Books, name: str) -> tuple[Deliveries, str]:
    """The deliveries with that fault, and the account or group that its rule must name.

    Raises KeyError for an unknown name.
    """
    events, accounts = upvest_events(books)
    wrong, identity = UPVEST_FAULTS[name].plant(events)
    return Deliveries(bodies_of(wrong), accounts), identity


def _object(event: Payload) -> dict[str, Any]:
    told: Any = event["object"]
    return dict(told)


def _of(events: Iterable[Payload], kind: str, **fields: object) -> dict[str, Any]:
    """The object of the first event of a type whose object has these fields."""
    return next(
        told for told in (_object(event) for event in events if event["type"] == kind)
        if fields.items() <= {name: told.get(name) for name in fields}.items()
    )  # fmt: skip


def _changed(events: Events, identity: str, **fields: object) -> Events:
    """The events with other fields in one object, in every event of it."""
    return tuple(
        event | {"object": told | fields} if told["id"] == identity else event
        for event, told in ((event, _object(event)) for event in events)
    )
