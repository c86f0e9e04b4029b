"""Bytes that were right, changed at random: what a fuzzed reader is given.

A case is made of a right content by up to six edits. Each cuts, repeats, moves or flips a part, or
puts in a piece that some reader has stumbled over. `RECON_FUZZ` says how many cases each reader
meets, and makes them others each time; without it they are few, and always the same.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

ASKED = os.environ.get("RECON_FUZZ", "")
PIECES = (
    *(b"", b"\0", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"\xff", b"\xc3", b"\xef\xbb\xbf"),
    *(b"{", b"}", b"[", b"]", b'"', b"'", b",", b":", b"=", b"\\", b"#", b"null", b"true", b"{}"),
    *(b"NaN", b"-Infinity", b"1e999", b"-0", b"0x7f", b"9" * 40, b"9" * 5000, b"1e-400", b"1_0"),
    *(b"\\ud800", b"\\u0000", b'"\\udfff"', "\u202e".encode(), "٣".encode(), b"\xf4\x90\x80\x80"),
    *(b"[" * 3000, b"[" * 200_000, b'{"a":' * 3000, b"2026-02-30", b"0001-01-01", b"9999-12-31"),
    *(b"2026-03-08T02:30:00Z", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00"),
    *(b"data: ", b"data", b"id: ", b"retry: ", b": heartbeat", b"event: "),
    *(b"\x1f\x8b", b"(\xb5/\xfd", b"~nobody/x", b"0x" + b"f" * 5000, b"1979-05-27T07:32:00Z"),
    *(b"inf", b"a.b.c = 1\n", b"[[a]]\n"),
    *(b'", "chain": "', b'{"acknowledged": ', b"sig1", b":", b";", b"@1", b"?1", b":AAAA:", b"()"),
)  # fmt: skip


def cases(few: int) -> settings:
    """How many cases one reader meets: so many, or as many as were asked for."""
    return settings(
        max_examples=int(ASKED or few),
        derandomize=not ASKED,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def mutated(draw: st.DrawFn, contents: Sequence[bytes], edits: int = 6) -> bytes:
    """One of those contents, changed in up to so many places."""
    content = draw(st.sampled_from(contents))
    for _ in range(draw(st.integers(0, edits))):
        content = _edited(draw, content)
    return content


def _edited(draw: st.DrawFn, content: bytes) -> bytes:
    """One change. The places are parts of a million, so that they fall anywhere in any content."""
    one, two = sorted(draw(st.integers(0, 1_000_000)) * len(content) // 1_000_000 for _ in "ab")
    before, within, after = content[:one], content[one:two], content[two:]
    match draw(st.sampled_from(["put", "instead", "flip", "cut", "cut off", "twice", "move"])):
        case "put":
            return content[:one] + draw(st.sampled_from(PIECES)) + content[one:]
        case "instead":
            few = draw(st.integers(1, 12))
            return before + draw(st.sampled_from(PIECES)) + content[one + few :]
        case "flip":
            flipped = bytes([content[one] ^ (1 << draw(st.integers(0, 7)))]) if within else b""
            return before + flipped + content[one + len(flipped) :]
        case "cut" | "cut off" as cut:
            return before + (after if cut == "cut" else within)
        case "twice":
            return before + within * 2 + after
        case _:
            return within + before + after
