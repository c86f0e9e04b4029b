"""The decoder against published cases: whole, in small pieces and at random cuts.

Our own cases are beside this file. Cases transcribed from other suites are run too where they
are found: in the folder RECON_SSE_CASES names, or in shared/sse_cases beside the checkout.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from recon.errors import BrokerError
from recon.feeds.broker import Broker, Patience
from recon.feeds.sse import Comment, Decoder, Event, Item, Retry
from recon.feeds.streams import TRADES
from recon.window import Window, parse_instant
from tests.feeds.fault_server import serving

HERE = Path(__file__).resolve().parent
BESIDE = HERE.parent.parent.parent / "shared" / "sse_cases"
WINDOW = Window(parse_instant("2026-06-15"), parse_instant("2026-06-16"))


def _cases() -> Iterator[Any]:
    """Every case of every suite found, named by suite and case."""
    folder = Path(os.environ.get("RECON_SSE_CASES") or BESIDE)
    for path in [HERE / "sse_cases.json", *sorted(folder.glob("*.json"))]:
        suite = json.loads(path.read_text("utf-8"))
        for case in suite["cases"]:
            yield pytest.param(case, id=f"{path.stem}/{case['id']}")


CASES = list(_cases())
PARSED = [case for case in CASES if not case.values[0]["expect"].get("connection_fails")]
FAILING = [case for case in CASES if case.values[0]["expect"].get("connection_fails")]


def _pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


def _random_pieces(body: bytes, rng: random.Random) -> list[bytes]:
    inner = sorted(rng.choices(range(len(body) + 1), k=rng.randrange(8)))
    return [body[start:end] for start, end in itertools.pairwise([0, *inner, len(body)])]


def _decode(pieces: Sequence[bytes]) -> tuple[list[Item], str]:
    decoder = Decoder()
    items = [item for piece in pieces for item in decoder.feed(piece)]
    return items, decoder.close()


@pytest.mark.parametrize("case", PARSED)
def test_the_published_answer_comes_however_the_bytes_are_cut(case: dict[str, Any]) -> None:
    """The expected values are those of the suites."""
    body = base64.b64decode(case["raw_b64"])
    rng = random.Random(case["id"])  # noqa: S311 -- cuts, not secrets
    splits = [[body], *(_pieces(body, size) for size in (1, 2, 3))]
    splits += [_random_pieces(body, rng) for _ in range(20)]
    if "chunks_b64" in case:
        splits.append([base64.b64decode(piece) for piece in case["chunks_b64"]])
    expect = case["expect"]
    for pieces in splits:
        items, end = _decode(pieces)
        events = [[i.event, i.data, i.id] for i in items if isinstance(i, Event)]
        retries = [i.milliseconds for i in items if isinstance(i, Retry)]
        assert events == expect["events"]
        assert [i.text for i in items if isinstance(i, Comment)] == expect["comments"]
        assert len(retries) == len(expect["retry"])
        for seen, wanted in zip(retries, expect["retry"], strict=True):
            assert wanted in (None, seen)  # None: some number was accepted, any
        assert end == expect["eof"]


@pytest.mark.parametrize("case", FAILING)
def test_an_answer_that_is_no_event_stream_delivers_nothing_and_raises(
    case: dict[str, Any],
) -> None:
    """Status and MIME type are judged before one byte of the body."""
    body = base64.b64decode(case["raw_b64"])
    mime = f"Content-Type: {case['content_type']}\r\n" if case["content_type"] else ""
    length = "" if case["status"] == 204 else f"Content-Length: {len(body)}\r\n"
    answer = f"HTTP/1.1 {case['status']} X\r\n{mime}{length}Connection: close\r\n\r\n"
    taken: list[str] = []
    with (
        serving([answer.encode("latin-1") + body]) as server,
        Broker(server.url, "key", "secret", Patience(tries=1)) as broker,
        pytest.raises(BrokerError),
    ):
        broker.read_window(TRADES, WINDOW, taken.extend, deadline_seconds=5)
    assert taken == []


def test_all_cases_of_our_own_suite_are_run() -> None:
    """The file as it was written for this project has 91 cases."""
    assert sum(case.id.startswith("sse_cases/") for case in CASES) == 91
