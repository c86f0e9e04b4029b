"""Events with values at the extremes of their types: each column alone, and in pairs.

A value is `odd` where no book holds it, so that it must be named. The usual events are those of
`test_hostile_events`; each event here has an account and a symbol of its own.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recon.feeds.streams import EVENT_STREAMS, Column
from tests.nightly.test_hostile_events import CURSORS, USUAL

GOOD_NUMBERS = ("999999999999999.999999999", "-999999999999999.999999999", "0.000000001", "0")
ODD_NUMBERS = (
    "1000000000000000", "-1000000000000000", "99999999999999999999999999999.999999999", "1e28",
    "-1e28", "1e29", "0.0000000001", "1e999", "9" * 60,
)  # fmt: skip
VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "decimal": (GOOD_NUMBERS, ODD_NUMBERS),
    "date": (
        ("1970-01-01", "2026-06-15"),
        ("0001-01-01", "1677-09-21", "1969-12-31", "2262-04-11", "9999-12-31", "2026-02-30"),
    ),
    "instant": (
        ("1970-01-01T00:00:00Z", "2026-06-15T10:00:00.999999999-04:00", "2199-12-30T00:00:00Z"),
        (
            "0001-01-01T00:00:00Z", "1677-09-21T00:12:44Z", "1677-09-21T00:12:43.145224193Z",
            "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2262-04-11T23:47:16.854775807Z",
            "9999-12-31T23:59:59.999999999-14:00",
        ),
    ),
}  # fmt: skip
KINDS = {
    "nta": ("entry_type", "entry_sub_type"),
    "activities": ("activity_type", "activity_subtype"),
}
TYPES = (
    ("FEE", "REG"), ("FEE", "LCT"), ("DIV", "CDIV"), ("DIV", "SDIV"), ("DIV", "ROC"),
    ("DIVNRA", None), ("SPLIT", "FSPLIT"), ("SPLIT", "USPLIT"), ("SPIN", None), ("MA", "CMA"),
    ("MA", "SCMA"), ("NC", "SNC"), ("JNLC", None), ("JNLS", None), ("CSD", None), ("OPTRD", None),
    ("OPEXC", None), ("OPCA", "SPLIT.RSPLIT"), ("INT", "SWP"), ("MEM", None), ("ACATS", None),
    ("FIMAT", None), ("VOF", "VTND"), ("XYZ", None),
)  # fmt: skip
DETAILS = (
    "rate", "entitled_qty", "old_qty", "new_qty", "old_rate", "new_rate", "source_qty", "cash_rate",
    "acquirer_rate", "acquiree_rate", "acquirer_qty", "acquiree_qty", "tax_rate", "commission",
    "cum_qty", "swap_rate", "alternate_qty", "alternate_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Extreme:
    """One event, and the names of the columns whose value no book holds."""

    stream: str
    identity: str
    text: str
    odd: frozenset[str]


def alone() -> Iterator[Extreme]:
    """Each column of each stream with each of its extremes."""
    for stream in USUAL:
        for column in _columns(stream):
            good, odd = VALUES[column.kind]
            for number, value in enumerate((*good, *odd)):
                yield _made(stream, f"{column.name}-{number}", {column: value})


def paired(seed: int, events: int) -> Iterator[Extreme]:
    """Pairs of columns of the streams that move money, with types of activity by chance; also
    numbers among the details, where every reader of digits looks."""
    rng = random.Random(seed)  # noqa: S311  # a story for tests, not a secret
    streams = ("trades", "trades_v1", "nta", "activities")
    for number in range(events):
        stream = rng.choice(streams)
        pairs = list(itertools.combinations(_columns(stream), 2))
        values = {
            column: rng.choice(GOOD_NUMBERS + ODD_NUMBERS)
            if column.kind == "decimal"
            else rng.choice(sum(VALUES[column.kind], ()))
            for column in rng.choice(pairs)
        }
        more: dict[str, Any] = {}
        if stream in KINDS:
            more = dict(zip(KINDS[stream], rng.choice(TYPES), strict=True))
        if stream == "activities":
            more["details"] = {"system_date": "2026-06-15", "symbol": "X"} | {
                name: rng.choice(GOOD_NUMBERS + ODD_NUMBERS) for name in rng.sample(DETAILS, 4)
            }
        yield _made(stream, f"pair-{number}", values, more)


def exercised(seed: int, accounts: int) -> Iterator[Extreme]:
    """Exercises of plain and adjusted contracts, also at a strike of zero, whose shares and cash no
    product holds."""
    rng = random.Random(seed)  # noqa: S311  # a story for tests, not a secret
    amounts = [value for value in GOOD_NUMBERS if value != "0"]
    for number in range(accounts):
        root, kind = rng.choice(("AAPL", "AAPL1")), rng.choice("CP")
        symbol = f"{root}260619{kind}{rng.choice(('99999999', '00150000', '00000000'))}"
        for leg in range(4):
            entry_type = ("OPTRD", "OPEXC", "OPASN")[rng.randrange(3)]
            of_shares = entry_type == "OPTRD"
            event = USUAL["nta"] | {
                "id": f"X-nta-option-{number}-{leg}", "account_id": f"X-option-{number}",
                "entry_type": entry_type, "symbol": "AAPL" if of_shares else symbol,
                "qty": rng.choice(amounts), "price": "1",
                "net_amount": rng.choice(amounts) if of_shares else "0",
            }  # fmt: skip
            yield Extreme("nta", str(event["id"]), json.dumps(event), frozenset())


def _columns(stream: str) -> list[Column]:
    """The columns of a stream that have extremes, under one path once."""
    usual = {column.path: column for column in reversed(EVENT_STREAMS[stream].columns)}
    return [
        column for column in usual.values() if column.kind in VALUES and column.name not in CURSORS
    ]


def _made(
    stream: str, name: str, values: dict[Column, str], more: dict[str, Any] | None = None
) -> Extreme:
    usual = USUAL[stream]
    key = next(member for member in usual if usual[member] == "" and member != "symbol")
    identity = f"X-{stream}-{name}"
    event: dict[str, Any] = json.loads(json.dumps(usual)) | (more or {})
    event[key] = identity
    if "account_id" in event:
        event["account_id"] = f"X-{name}"
    for column, value in values.items():
        held = event
        for step in column.path[:-1]:
            held = held.setdefault(step, {})
        held[column.path[-1].partition("|")[0]] = value
    odd = {column.name for column, value in values.items() if value not in VALUES[column.kind][0]}
    return Extreme(stream, identity, json.dumps(event), frozenset(odd))
