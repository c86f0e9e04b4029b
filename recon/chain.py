"""The chain of a log: each line seals all lines before it. Pure.

The last member of a line, `chain`, is the sha256 of the chain before it and of the bytes of the
line before that member: nothing is parsed for it. Lines that an earlier release wrote have none:
the first chained line takes the sha256 of all the bytes before it as the chain before it, so that
they are sealed from then on. So does a line by which a person acknowledges a damage.

A head says how far a log had come: the number of lines and the chain of the last one (of a line
without one, the sha256 of all bytes up to its end). Where one log names the head of another, and
that other does not reach it, lines of the other were lost or replaced.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# The four logs of a home, by their paths below it.
MANIFEST, BREAKS = "archive/manifest.ndjson", "breaks/log.ndjson"
CLOSINGS, RUNS = "closings/index.ndjson", "runs/index.ndjson"
LOGS = (MANIFEST, BREAKS, CLOSINGS, RUNS)

MEMBER, END = b', "chain": "', b'"}'
ACKNOWLEDGED = b'{"acknowledged": '
EMPTY = f"0 {hashlib.sha256(b'').hexdigest()}"


@dataclass(frozen=True)
class Link:
    """One line: its number from 1, its text without the chain, the head of the log after it, and
    whether it follows from the lines before. `seals` says that it was written over a damage, which
    a person acknowledged with it."""

    number: int
    text: bytes
    head: str
    follows: bool
    seals: bool


def sealed(before: str, line: bytes) -> tuple[bytes, str]:
    """An object as a line that follows from that chain; with its own chain."""
    body = line.removesuffix(b"}")
    chain = _link(before, body)
    return body + MEMBER + chain.encode() + END, chain


def chain_of(line: bytes) -> str:
    """The chain that a line names; empty where it names none."""
    return _split(line)[1]


def links(content: bytes) -> Iterator[Link]:
    """Each whole line of a log, which ends with a newline."""
    before, is_chained, all_before = hashlib.sha256().hexdigest(), False, hashlib.sha256()
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        body, chain = _split(line)
        seals = bool(chain) and line.startswith(ACKNOWLEDGED)
        if seals or (chain and not is_chained):
            before = all_before.hexdigest()
        follows = _link(before, body) == chain if chain else not is_chained
        all_before.update(line + b"\n")
        before = chain or all_before.hexdigest()
        is_chained = is_chained or bool(chain)
        yield Link(number, body + b"}" if chain else line, f"{number} {before}", follows, seals)


def signature(key: str, content: Mapping[str, Any]) -> str:
    """HMAC-SHA256 of the content as sorted JSON, without a signature of its own."""
    bare = {name: value for name, value in content.items() if name != "signature"}
    text = json.dumps(bare, sort_keys=True).encode()
    return hmac.new(key.encode("utf-8", "surrogateescape"), text, hashlib.sha256).hexdigest()


def _link(before: str, body: bytes) -> str:
    return hashlib.sha256(before.encode() + body).hexdigest()


def _split(line: bytes) -> tuple[bytes, str]:
    """A line before its chain, and the chain."""
    body, found, last = line.rpartition(MEMBER)
    chain = last.removesuffix(END)
    is_chain = found and len(last) == len(chain) + len(END) and len(chain) == 64
    return (body, chain.decode("ascii", "replace")) if is_chain else (line, "")
