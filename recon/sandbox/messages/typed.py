"""The typed activity stream: takes books, gives their executions and activities told once more.

Pure. Whatever is wrong with a trade event or a non-trade activity of the books is wrong here in
the same way; `typed_edits` of the books is what only this stream has wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from recon.sandbox.books.identity import derived_uuid, twin_ulid
from recon.sandbox.books.model import Books, Event, Payload
from recon.sandbox.messages.typed_details import Teller
from recon.sandbox.messages.typed_trades import EXECUTIONS, typed_trades


def typed_activities(books: Books) -> tuple[Event, ...]:
    """Every execution as a TRD and every activity that is not pending, in order of publication.

    A state that was canceled is an activity of its own that refers back.
    """
    told = [*_trades(books), *_activities(books)] if books.tells_typed else []
    told += books.typed_alone
    edited = [_edited(event, books.typed_edits) for event in told]
    kept = [event for event in edited if event is not None]
    return tuple(sorted(kept, key=lambda event: (event.published, event.event_id)))


def cancel_id(identity: str) -> str:
    """The `ref_id` of the activity that cancels the one with that id."""
    return derived_uuid(identity, "canceled")


def trade_activities(event: Event) -> list[Event]:
    """The activities of a trade event with executions, in the order of its legs."""
    return [_sealed(event, payload, place) for place, payload in enumerate(typed_trades(event))]


def _trades(books: Books) -> Iterator[Event]:
    for event in books.trades:
        if event.payload.get("event") in EXECUTIONS:
            yield from trade_activities(event)


def _activities(books: Books) -> Iterator[Event]:
    teller = Teller(books)
    for event in books.activities:
        payload = event.payload
        if payload["status"] == "pending":
            continue
        identity, canceled = str(payload["id"]), payload["status"] == "canceled"
        told = teller.told(event) | {"ref_id": identity}
        if canceled:
            zero = {"qty": "0", "price": "0", "net_amount": "0"}
            told |= zero | {"ref_id": cancel_id(identity), "previous_id": identity}
        yield _sealed(event, told)


def _sealed(event: Event, payload: Payload, place: int = 0) -> Event:
    """The payload as an event of this stream; a text that is cut off is cut off here too."""
    event_id = twin_ulid(event.event_id, place)
    told = replace(event, event_id=event_id, payload=payload | {"event_id": event_id}, raw="")
    return replace(told, raw=told.text[: 2 * len(told.text) // 3]) if event.raw else told


def _edited(event: Event, edits: Mapping[str, Payload | None]) -> Event | None:
    edit = edits.get(str(event.payload["ref_id"]), {})
    return None if edit is None else replace(event, payload=event.payload | edit)
