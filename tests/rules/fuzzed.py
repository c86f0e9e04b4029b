"""Books that no broker would send, but that can be archived: right ones, altered by a seed.

Takes a seed; gives messages by stream. Events are sent twice, under other ids and under the same
with other content; corporate actions are applied twice; members are left out, emptied, exchanged
between events, and replaced by odd numbers, texts and dates.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from recon.paths import folder
from recon.sandbox.books.make import make_books
from recon.sandbox.books.model import Books
from recon.sandbox.messages.typed import typed_activities
from recon.sandbox.messages.upvest import upvest_events

NIGHT = date(2026, 6, 18)
DAYS = ("2026-06-15", "2026-06-16", "2026-06-17", "2026-06-18", "2026-06-22", "2026-06-23")
ALTERED_PERCENT = 20
ODD_NUMBERS = ("0", "-1", "1.5", "-0.000000001", "12345.6789012345", "1e3", "999999999")
HUGE_NUMBERS = ("99999999999999999999999999999", "-12345678901234567890123456789.1", "1e28", "1e40")
ODD_TEXTS = ("", " ", "'", "USD", "Ω", "null", "x" * 70)
ODD_DATES = ("0001-01-01", "9999-12-31", "2026-06-20", "1969-12-31", "2026-02-30")
BOOKED = ("qty", "price", "net_amount")
IDS = ("id", "ref_id", "execution_id", "event_id", "event_ulid")
Message = dict[str, Any]


def fuzzed(seed: int, *, huge: bool) -> dict[str, list[str]]:
    """The texts of every stream. Huge numbers stand in no member that the ledger adds up."""
    rng = random.Random(seed)  # noqa: S311  # a story for tests, not a secret
    books = make_books(seed)
    given = _right(books) | _statements(rng, books)
    for stream, message in _samples(rng, books):
        given.setdefault(stream, []).append(message)
    return {
        stream: [json.dumps(message) for message in _altered(rng, messages, huge=huge)]
        for stream, messages in given.items()
    }


def _right(books: Books) -> dict[str, list[Message]]:
    """What right books send on every stream."""
    events = {"trades": books.trades, "nta": books.activities, "system": books.system}
    events |= {name: told for name, told in books.lifecycle.items() if name != "journal_status_v1"}
    events["activities"] = typed_activities(books)
    given = {name: [json.loads(event.text) for event in told] for name, told in events.items()}
    upvest = [json.loads(json.dumps(event)) for event in upvest_events(books)[0]]
    return given | {"upvest": upvest}


def _statements(rng: random.Random, books: Books) -> dict[str, list[Message]]:
    """Statements of anything, and a list of accounts that fits neither broker."""
    accounts = [account.account_id for account in books.accounts]
    others = [*upvest_events(books)[1].values(), ""]
    symbols = [*(asset.symbol for asset in books.assets), "USD", ""]
    balance = {"balance_asof": str(NIGHT), "currency": "USD"}
    return {
        "eod_positions": [
            {"asof": str(NIGHT), "positions": {one: _lines(rng, symbols) for one in accounts}}
        ],
        "eod_cash": [
            {"id": one, "last_cash": rng.choice(ODD_NUMBERS)} | balance for one in accounts
        ],
        "eod_aggregate": [{"statement_date": str(NIGHT), "lines": _lines(rng, symbols)}],
        "account_map": [
            {"account_id": one, "kind": kind, "upvest_account_id": rng.choice(others)}
            for one in accounts[:5]
            for kind in ("", "firm")
        ],
    }


def _lines(rng: random.Random, symbols: list[str]) -> list[Message]:
    """Lines of a statement, some of one symbol."""
    names = ("long_qty", "short_qty", "num_accounts", "qty", "cost_basis")
    return [
        {"symbol": rng.choice(symbols), "asset_class": "us_equity", "asset_type": "us_equity"}
        | {name: rng.choice(ODD_NUMBERS) for name in names}
        for _ in range(rng.randrange(12))
    ]


def _samples(rng: random.Random, books: Books) -> Iterator[tuple[str, Message]]:
    """The documented samples, on the days and accounts of the books."""
    top = folder("data") / "samples"
    sent = [
        (file.stem.replace("trades_v2", "trades"), json.loads(line))
        for file in sorted(top.glob("*.ndjson"))
        for line in file.read_text("utf-8").splitlines()
    ]
    left_out = {"account_id": "{ACCID}", "ref_id": "{GUID}", "status": "executed"}
    typed = json.loads((top / "activity-samples.json").read_text("utf-8"))["samples"]
    sent += [("activities", left_out | sample) for sample in typed]
    for stream, message in sent:
        text = json.dumps(message).replace("{GUID}", f"{rng.getrandbits(64):x}")
        text = text.replace("{ACCID}", rng.choice(books.accounts).account_id)
        yield stream, json.loads(re.sub(r"\b20\d\d-\d\d-\d\d", rng.choice(DAYS), text))


def _altered(rng: random.Random, messages: list[Message], *, huge: bool) -> Iterator[Message]:
    twice = rng.random() < 0.5
    for message in messages:
        if twice and message.get("entry_type", message.get("activity_type", "TRD")) != "TRD":
            yield _of_action(message, "CA1", "")
            yield _of_action(message, "CA2", "-again")
        elif rng.randrange(100) >= ALTERED_PERCENT:
            yield message
        else:
            yield from _changed(rng, message, messages, huge=huge)


def _of_action(message: Message, action: str, more: str) -> Message:
    """The message as one of that corporate action, without a group and under ids of its own."""
    copy = _under_other_ids(message, more)
    details = copy.get("details")
    for holder in (copy, details if isinstance(details, dict) else {}):
        holder.pop("group_id", None)
        holder |= {"corporate_action_id": action, "ca_id": action}
    return copy


def _under_other_ids(message: Message, more: str) -> Message:
    copy: Message = json.loads(json.dumps(message))
    return copy | {name: str(copy[name]) + more for name in IDS if copy.get(name)}


def _changed(
    rng: random.Random, message: Message, others: list[Message], *, huge: bool
) -> list[Message]:
    """Sent twice, under another id, with other content beside the right one, or that alone."""
    how = rng.randrange(6)
    if how == 0:
        return [message, message]
    if how == 1:
        return [message, _under_other_ids(message, f"-{rng.randrange(9)}")]
    odd: Message = json.loads(json.dumps(message))
    _change_member(rng, odd, rng.choice(others), huge=huge)
    return [message, odd] if how == 2 else [odd]


def _change_member(rng: random.Random, odd: Message, other: Message, *, huge: bool) -> None:
    """Change one member of the message, or of an object within it."""
    name = rng.choice(list(odd))
    value = odd[name]
    inner = rng.choice(value) if isinstance(value, list) and value else value
    if isinstance(inner, dict) and inner and rng.random() < 0.8:
        same = other.get(name)
        _change_member(rng, inner, same if isinstance(same, dict) else {}, huge=huge)
    elif rng.random() < 0.2:
        del odd[name]
    else:
        is_date = re.match(r"\d{4}-", str(value))
        numbers = HUGE_NUMBERS if huge and name not in BOOKED else ODD_NUMBERS
        fitting = rng.choice(ODD_DATES if is_date else numbers)
        odd[name] = rng.choice((None, fitting, fitting, rng.choice(ODD_TEXTS), other.get(name)))
