"""The typed activity stream: takes books, prints their executions and activities in this shape.

Pure. Printed from the facts of trades and activities, so whatever is wrong with a fact is wrong
here in the same way; `typed_edits` of the books is what only this stream has wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.identity import derived_uuid, twin_ulid
from recon.sandbox.books.model import Books, Event, Payload
from recon.sandbox.books.orders import EXECUTIONS, Trade
from recon.sandbox.messages.typed_activities import typed_activity
from recon.sandbox.messages.typed_trades import typed_trade


def typed_activities(books: Books) -> tuple[Event, ...]:
    """Every execution as a TRD and every activity that is not pending, in order of publication.

    A state that was canceled is an activity of its own that refers back.
    """
    printed = (
        _sealed(event, payload, place)
        for event in (*books.trades, *books.activities)
        for place, payload in enumerate(_payloads(event.fact))
    )
    edited = [_edited(event, books.typed_edits) for event in printed]
    kept = [event for event in edited if event is not None]
    return tuple(sorted(kept, key=lambda event: (event.published, event.event_id)))


def cancel_id(identity: str) -> str:
    """The `ref_id` of the activity that cancels the one with that id."""
    return derived_uuid(identity, "canceled")


def _payloads(fact: Activity | Trade | None) -> Iterator[Payload]:
    """The activities of a fact: one for each leg of an execution, none of what is pending."""
    if isinstance(fact, Trade):
        if fact.kind in EXECUTIONS:
            yield from map(typed_trade, fact.legs or (fact,))
    elif fact is not None and fact.status == "canceled":
        identity = cancel_id(fact.identity)
        zero = {"qty": "0", "price": "0", "net_amount": "0"}
        yield typed_activity(fact) | zero | {"ref_id": identity, "previous_id": fact.identity}
    elif fact is not None and fact.status != "pending":
        yield typed_activity(fact)


def _sealed(event: Event, payload: Payload, place: int) -> Event:
    """The payload as an event of this stream; a text that is cut off is cut off here too."""
    event_id = twin_ulid(event.event_id, place)
    twin = replace(event, event_id=event_id, payload=payload | {"event_id": event_id}, raw="")
    return replace(twin, raw=twin.text[: 2 * len(twin.text) // 3]) if event.raw else twin


def _edited(event: Event, edits: Mapping[str, Payload | None]) -> Event | None:
    edit = edits.get(str(event.payload["ref_id"]), {})
    return None if edit is None else replace(event, payload=event.payload | edit)
