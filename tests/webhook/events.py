"""Upvest's account and account group events, as its published schemas describe them."""

from __future__ import annotations

import itertools
import json
from typing import Any

OWNER = {"id": "0c3b4a0e-2f1d-4d5c-8c34-8a7f5c3d2e10", "type": "OWNER"}
CHILD = {"id": "8f14e45f-ceea-467f-a4a5-2d1c9e7b6a33", "type": "CHILD"}
GUARDIAN = {"id": "45c48cce-2e2d-4f7a-bf1a-5f3d6c7e8a90", "type": "GUARDIAN"}
USERS = {
    "PERSONAL": [OWNER], "LEGAL_ENTITY": [OWNER], "FRENCH_PEA": [OWNER], "ISA": [OWNER],
    "CHILD": [CHILD, GUARDIAN],
}  # fmt: skip
STATUS = {
    "CREATED": "PENDING_APPROVAL", "ACTIVATED": "ACTIVE", "CLOSING_INITIATED": "CLOSING",
    "CLOSED": "CLOSED", "LOCKED": "LOCKED", "UPDATED": "ACTIVE",
}  # fmt: skip
ACCOUNT_TYPES = ("TRADING", "PORTFOLIO")
GROUP_TYPES = (*USERS, "BUSINESS")


def event(number: int, kind: str, thing: dict[str, Any]) -> str:
    """One event as JSON text; its second of the day and its id come of the number."""
    at = f"2026-06-15T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    made = {"id": f"thing-{number}", "created_at": "2026-06-01T08:00:00Z", "updated_at": at}
    return json.dumps(
        {
            "id": event_id(number),
            "created_at": at,
            "type": kind,
            "object": {**made, **thing},
            "webhook_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        }
    )


def event_id(number: int) -> str:
    """The id of the event of that number."""
    return f"9a1fd3de-0000-4000-8000-{number:012}"


def account(number: int, verb: str = "CREATED", type_: str = "TRADING") -> str:
    """An event of an account."""
    return event(
        number,
        f"ACCOUNT.{verb}",
        {
            "account_group_id": "group-1",
            "type": type_,
            "users": [OWNER],
            "name": "Müller savings",
            "status": STATUS[verb],
            "account_number": 1,
        },
    )


def group(number: int, verb: str = "CREATED", type_: str = "PERSONAL") -> str:
    """An event of an account group; a business has an id and no users."""
    owners = {"users": USERS[type_]} if type_ in USERS else {"business_id": "business-1"}
    common = {"type": type_, "status": STATUS[verb], "securities_account_number": "LU1234567"}
    return event(number, f"ACCOUNT_GROUP.{verb}", {**owners, **common})


def every_event() -> list[str]:
    """One event of every type and every type of account or group."""
    verbs = ("CREATED", "ACTIVATED", "CLOSING_INITIATED", "CLOSED", "LOCKED")
    accounts = itertools.product((*verbs, "UPDATED"), ACCOUNT_TYPES)
    groups = itertools.product(verbs, GROUP_TYPES)
    numbers = itertools.count(1)
    texts = [account(next(numbers), verb, type_) for verb, type_ in accounts]
    return texts + [group(next(numbers), verb, type_) for verb, type_ in groups]


def payload(*texts: str) -> bytes:
    """A delivered body of several events."""
    return ('{"payload": [' + ", ".join(texts) + "]}").encode()
