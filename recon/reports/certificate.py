"""The certificate: what was read with counts and hashes, what was checked, and the result.

No clock and no run number is in it, so that the same archive and rule pack give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from recon.archive.comments import ACCEPTED, accepted_comments
from recon.archive.manifest import Fetch, opening_date
from recon.archive.required_inputs import RequiredInput
from recon.chain import signature
from recon.paths import folder


def certificate(
    *,
    system_date: date,
    result: str,
    fetches: Sequence[Fetch],
    required: Iterable[RequiredInput],
    accounts: Sequence[Mapping[str, str]],
    rules: Sequence[Mapping[str, str]],
    rule_pack: str,
    reports: Mapping[str, bytes],
    own_rates: Sequence[Mapping[str, Any]] = (),
    verified: Mapping[str, int] | None = None,
    heads: Mapping[str, str] | None = None,
    acknowledged: Sequence[Mapping[str, Any]] = (),
    key: str = "",
) -> bytes:
    """JSON, sorted, indented. `result` is clean, breaks or incomplete; `accounts` are the rows of
    accounts_asked.csv, `own_rates` those of the view of that name. `verified` counts the segments
    whose texts were held to their hashes, `heads` says how far each log of the home had come,
    `acknowledged` which damages people acknowledged before. A `key` signs all of it."""
    opened = opening_date(fetches)
    content: dict[str, Any] = {
        "system_date": str(system_date),
        "result": result,
        "certified": result != "incomplete",
        "books_begin": f"statement of {opened}" if opened else "zero",
        "needed": [
            {
                "stream": each.stream,
                "window": str(each.window),
                "complete": each.complete,
                "binding": each.binding,
            }
            for each in required
        ],
        "accounts": _accounts(accounts),
        "read": {
            stream: _read(fetches, stream)
            for stream in sorted({f.stream for f in fetches} - {ACCEPTED})
        },
        "reference": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder("data").glob("*.csv"))
        },
        "rule_pack": rule_pack,
        "rules": {row["rule"]: {k: v for k, v in row.items() if k != "rule"} for row in rules},
        "reports": {
            name: hashlib.sha256(content).hexdigest() for name, content in sorted(reports.items())
        },
    }
    if verified:
        content["texts_verified"] = dict(verified)
    if heads:
        content["heads"] = dict(heads)
    if acknowledged:
        content["acknowledged"] = list(acknowledged)
    if accepted := accepted_comments(fetches):
        content["accepted_comments"] = sorted(accepted)
    if own_rates:
        content["own_fee_rates"] = _own(own_rates)
    if key:
        content["signature"] = signature(key, content)
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def _accounts(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """How many accounts are known, by which sources, and what came of asking for their balances."""
    answers = Counter(row["answer"] for row in rows)
    asked = len(rows) - answers["not asked"]
    return {
        "known": len(rows),
        "known_from": dict(Counter(s for row in rows for s in row["sources"].split())),
        "asked": asked,
        "answered": answers["answered"],
        "unknown_to_the_broker": answers["unknown to the broker"],
        "without_a_balance": asked - answers["answered"] - answers["unknown to the broker"],
        "without_an_opening": sum(row["begins"] == "unknown" for row in rows),
    }


def _own(rates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The user's file of rates by name and hash, and those of its rows that fees were held to."""
    unsaid = ("file", "sha256", "is_applied")
    return {
        "file": rates[0]["file"],
        "sha256": rates[0]["sha256"],
        "rows": len(rates),
        "applied": [
            {name: str(value) for name, value in row.items() if name not in unsaid and value}
            for row in rates
            if row["is_applied"]
        ],
    }


def _read(fetches: Iterable[Fetch], stream: str) -> dict[str, Any]:
    """Events and segments of a stream, and one hash over the hashes of its raw files."""
    segments = [
        segment for fetch in fetches if fetch.stream == stream for segment in fetch.segments
    ]
    digest = hashlib.sha256("".join(segment.raw_sha256 for segment in segments).encode())
    return {
        "events": sum(segment.rows for segment in segments),
        "segments": len(segments),
        "sha256": digest.hexdigest(),
    }
