"""The decoder beyond the published cases: bounds, what it reports, and any way of cutting."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.feeds.sse import (
    DATA_LINES_MAX,
    RETRY_MAX,
    SIZE_MAX,
    Comment,
    Decoder,
    Event,
    Item,
    OversizeError,
    Retry,
    Unknown,
)

LINE_ENDS = [b"\n", b"\r", b"\r\n", b"\n\n"]
FIELDS = [b"data", b"data:", b"data: ", b"event: ", b"id: ", b"retry: ", b"foo: ", b": heartbeat\n"]
VALUES = [b":", b" ", b"12", b"x", b"\0", b"\x0b\x0c\x1c\x1d\x1e", b'data: {"a":1}\n\n']
UNICODE = [b"\xef\xbb\xbf", b"\xe2\x82", b"\xac", b"\xff", b"\xc2\x85", "\u2028".encode()]
BODIES = st.lists(st.sampled_from(LINE_ENDS + FIELDS + VALUES + UNICODE), max_size=40).map(b"".join)


def _decode(*pieces: bytes) -> tuple[list[Item], str]:
    decoder = Decoder()
    items = [item for piece in pieces for item in decoder.feed(piece)]
    return items, decoder.close()


def _fault(*pieces: bytes) -> tuple[list[Item], str]:
    """The items up to the fault, those that it carries included, and its text."""
    decoder = Decoder()
    items: list[Item] = []
    for piece in pieces:
        try:
            items += decoder.feed(piece)
        except OversizeError as fault:
            return [*items, *fault.items], str(fault)
    raise AssertionError("the decoder took it all")


@settings(max_examples=400, deadline=None)
@given(body=BODIES, cuts=st.lists(st.integers(0, 200), max_size=10))
def test_any_cutting_gives_the_same_items_and_the_same_end(body: bytes, cuts: list[int]) -> None:
    """Networks cut where they like; empty pieces are cuts too."""
    edges = sorted([0, len(body), *(min(cut, len(body)) for cut in cuts)])
    pieces = [body[start:end] for start, end in itertools.pairwise(edges)]
    assert _decode(*pieces) == _decode(body)


@settings(max_examples=200, deadline=None)
@given(body=BODIES, cut=st.integers(0, 200))
def test_the_items_of_a_beginning_are_the_beginning_of_the_items(body: bytes, cut: int) -> None:
    """An event is never taken back when more bytes come."""
    begun, _ = _decode(body[:cut])
    items, _ = _decode(body)
    assert items[: len(begun)] == begun


def test_every_cut_of_a_sample_is_seen_unless_it_lies_between_blocks() -> None:
    """Four places look whole: start, after the event, after the comment's line, the end."""
    sample = b'data: {"a":1}\n\n: heartbeat\n\n'
    ends = [_decode(sample[:cut])[1] for cut in range(len(sample) + 1)]
    clean = [cut for cut, end in enumerate(ends) if end == "clean"]
    assert clean == [0, 15, 27, 28]
    assert ends[14] == "partial-block"


def test_unknown_fields_are_reported_with_their_names() -> None:
    """An HTML page or a list of JSON objects must not pass as a stream without events."""
    items, end = _decode(b'<html>\n{"a":1}\nDATA: x\n\n')
    assert items == [Unknown("<html>"), Unknown('{"a"'), Unknown("DATA")]
    assert end == "clean"


def test_a_carriage_return_at_the_end_of_a_piece_ends_the_line_at_once() -> None:
    """Holding the line until the next byte would lose a whole event at a read time-out."""
    decoder = Decoder()
    assert decoder.feed(b"data: x\r\r") == [Event("message", "x", "")]
    assert decoder.close() == "clean"


def test_a_line_feed_after_that_carriage_return_is_no_second_line_end() -> None:
    """CRLF split over two reads is one line end: the data line is still in its block."""
    assert _decode(b"data: x\r", b"\ndata: y\r", b"\n\r", b"\n") == (
        [Event("message", "x\ny", "")],
        "clean",
    )


def test_a_byte_order_mark_is_dropped_once_also_when_it_is_cut() -> None:
    """The second one makes another field name."""
    mark = "\ufeff".encode()
    assert _decode(mark[:1], mark[1:], b"data: x\n\n")[0] == [Event("message", "x", "")]
    assert _decode(mark + mark + b"data: x\n\n")[0] == [Unknown("\ufeffdata")]


def test_an_endless_retry_number_is_bounded() -> None:
    """Python refuses to read an integer of more than 4300 digits."""
    assert _decode(b"retry: " + b"9" * 5000 + b"\n")[0] == [Retry(RETRY_MAX)]
    assert _decode(b"retry: " + b"0" * 5000 + b"7\n")[0] == [Retry(7)]


@pytest.mark.parametrize("size", [1_000_003, SIZE_MAX * 2])
@pytest.mark.parametrize("start", [b"data: ", b"data:", b":", b"foo"])
def test_a_line_of_2_mib_is_taken_and_one_byte_more_is_refused(start: bytes, size: int) -> None:
    """The bound is the same for data, comments and rubbish, and for whole and cut lines."""

    def pieces(length: int) -> list[bytes]:
        before = b"data: before\n\n"
        body = before + start + b"x" * (length - len(start)) + b"\n\n"
        return [body[at : at + size] for at in range(0, len(body), size)]

    items, end = _decode(*pieces(SIZE_MAX))
    assert (len(items), end) == (2, "clean")
    items, text = _fault(*pieces(SIZE_MAX + 1))
    assert items == [Event("message", "before", "")]
    assert "a line of at most 2097152 bytes" in text


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    """The bytes are counted while no line end has come."""
    items, text = _fault(b"data: ok\n\n", *itertools.repeat(b"x" * 65536, 129))
    assert items == [Event("message", "ok", "")]
    assert "\n" not in text


def test_an_event_is_bounded_in_bytes_and_in_lines() -> None:
    """Endless tiny data lines cost more memory than their bytes."""
    large = b"data: " + b"x" * (5 * 256 * 1024) + b"\n"
    assert "an event of at most 2097152 bytes" in _fault(large, large)[1]
    lines = b"data\n" * DATA_LINES_MAX
    assert _decode(lines, b"\n")[0] == [Event("message", "\n" * (DATA_LINES_MAX - 1), "")]
    assert f"{DATA_LINES_MAX} data lines" in _fault(lines, b"data\n")[1]


def test_the_bound_of_an_event_starts_again_with_the_next() -> None:
    """Three events of 1.25 MiB are fine."""
    event = b"data: " + b"x" * (5 * 256 * 1024) + b"\n\n"
    assert len(_decode(event, event, event)[0]) == 3


def test_after_an_oversize_line_the_decoder_is_dead() -> None:
    """Going on in the middle of a line would make events up."""
    decoder = Decoder()
    for piece in (b"x" * (SIZE_MAX + 1), b"\ndata: x\n\n"):
        with pytest.raises(OversizeError):
            decoder.feed(piece)


def test_a_long_line_in_small_reads_takes_linear_time() -> None:
    """2 MiB in reads of 1460 bytes takes hundredths of a second; quadratic work took 12."""
    line = b":" + b"x" * (SIZE_MAX - 1) + b"\n"
    started = time.perf_counter()
    items, _ = _decode(*(line[at : at + 1460] for at in range(0, len(line), 1460)))
    assert time.perf_counter() - started < 3
    assert [type(item) for item in items] == [Comment]
