"""What a comment of the broker's streams means. Pure: takes its text, gives its meaning.

The documents print `heartbeat`, `you are reading too slowly, dropped N messages` and `internal
server error`; a broker may write them with a prefix, in other letters, or the second half alone. A
word of loss anywhere in a comment counts: nobody can accept it away. What none of these is may
mean anything, so it proves nothing until a person has said that it may be passed over.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from recon.feeds.response import SEEN_LENGTH_MAX, one_line

HEARTBEAT = re.compile(r"\s*((heart-?beat|keep-?alive|ping)[\s0-9:.,+tz/-]*)?", re.IGNORECASE)
LOSS = re.compile(r"too slow|\bdrop(s|ped|ping)?\b|\blost\b|\bmissed\b", re.IGNORECASE)
SERVER_ERROR = re.compile(r"\bserver error\b", re.IGNORECASE)
DROPPED_COUNT = re.compile(r"\bdropped ([0-9]{1,18})\b", re.IGNORECASE)
SHOWN_BEFORE_HASH = 160

Meaning = Literal["heartbeat", "loss", "server_error", "unknown"]


def meaning_of(text: str) -> Meaning:
    """What a comment says; the worst that it may say."""
    if HEARTBEAT.fullmatch(text):
        return "heartbeat"
    if LOSS.search(text):
        return "loss"
    return "server_error" if SERVER_ERROR.search(text) else "unknown"


def dropped_by(text: str) -> int:
    """How many messages a comment of loss announces: a lower bound, at least 1."""
    count = DROPPED_COUNT.search(text)
    return max(1, int(count[1])) if count else 1


def shown(text: str) -> str:
    """A comment on one line, by which a person accepts it: a long one by its hash as well."""
    line = " ".join(text.split())
    if len(line) <= SEEN_LENGTH_MAX:
        return one_line(line)
    digest = hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{one_line(line[:SHOWN_BEFORE_HASH])} … sha256 {digest[:16]}"
