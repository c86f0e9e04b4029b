"""The documented sample events as books: takes the sample files, gives them back unchanged."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from recon.sandbox.books.clock import MICROSECOND, SECOND
from recon.sandbox.books.model import Books, Closing, Event

_FILES = {"trades": "trades_v2.ndjson", "nta": "nta.ndjson", "system": "system.ndjson"}
_LIFECYCLE_FILES = {
    "journal_status_v1": "journal_status.ndjson",
    "transfer_status": "transfer_status.ndjson",
    "account_status": "account_status.ndjson",
    "admin_action": "admin_action.ndjson",
}


def sample_books(folder: Path) -> Books:
    """Books that publish the lines of each stream's samples in their file's order.

    `folder` holds the .ndjson files. All of them are published by the sample system date
    2026-01-05, the statements of which are empty. The samples of typed activities are parts of
    events, so that stream has none. Raises OSError where a file is missing.
    """
    system_date = date(2026, 1, 5)
    events = {
        name: tuple(
            _event(line, system_date) for line in (folder / file).read_text("utf-8").splitlines()
        )
        for name, file in (_FILES | _LIFECYCLE_FILES).items()
    }
    return Books(
        seed=0,
        accounts=(),
        trades=events["trades"],
        activities=events["nta"],
        system=events["system"],
        closings={system_date: Closing({}, {})},
        lifecycle={name: events[name] for name in _LIFECYCLE_FILES},
    )


def _event(line: str, system_date: date) -> Event:
    """The line as an event; all are published at one instant, and so in the file's order."""
    payload = json.loads(line, parse_float=Decimal)
    moment = datetime.fromisoformat(payload["at"]).astimezone(UTC)
    at = int(moment.timestamp()) * SECOND + moment.microsecond * MICROSECOND
    event_id = str(payload.get("event_ulid") or payload["event_id"])
    return Event(0, at, event_id, str(payload.get("account_id", "")), system_date, payload, line)
