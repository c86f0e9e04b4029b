"""Which instants are proven complete: the union of complete windows, and nothing else."""

from __future__ import annotations

import itertools

import pendulum
from hypothesis import given
from hypothesis import strategies as st

from recon.archive.coverage import covered, covered_until, is_covered
from recon.archive.manifest import Fetch
from recon.window import Window, as_z

START = pendulum.datetime(2026, 6, 15)
SPANS = st.tuples(st.integers(0, 40), st.integers(1, 15)).map(lambda span: (span[0], sum(span)))
MADE = st.lists(st.tuples(SPANS, st.booleans(), st.sampled_from(["trades", "nta"])), max_size=12)


def hours(since: int, until: int) -> Window:
    """A window by hours after the start."""
    return Window(START.add(hours=since), START.add(hours=until))


def fetch(since: int, until: int, ended: str = "complete", stream: str = "trades") -> Fetch:
    """A fetch of those hours."""
    window = hours(since, until)
    return Fetch(1, stream, as_z(window.since), as_z(window.until), ended, 0, 0, 0)


def test_touching_and_overlapping_windows_become_one() -> None:
    """In whatever order they were read."""
    fetches = [fetch(5, 8), fetch(0, 3), fetch(3, 5), fetch(2, 4)]
    assert covered(fetches, "trades") == [hours(0, 8)]


def test_a_gap_stays_a_gap() -> None:
    """A window across it is not covered; its two sides are."""
    fetches = [fetch(0, 3), fetch(4, 8)]
    assert covered(fetches, "trades") == [hours(0, 3), hours(4, 8)]
    assert not is_covered(fetches, "trades", hours(2, 5))
    assert is_covered(fetches, "trades", hours(0, 3))
    assert is_covered(fetches, "trades", hours(5, 6))
    assert covered_until(fetches, "trades") == START.add(hours=8)


def test_a_longer_window_swallows_a_shorter_one() -> None:
    """The end is the furthest, not the last."""
    assert covered([fetch(0, 9), fetch(1, 2)], "trades") == [hours(0, 9)]


def test_only_complete_readings_of_the_same_stream_count() -> None:
    """Every other end proves nothing, whatever it brought."""
    ends = ["lossy", "server_error", "cut", "timeout", "partial", "unproven", "stopped", "oversize"]
    fetches = [fetch(0, 9, ended) for ended in ends] + [fetch(0, 9, stream="nta")]
    assert covered(fetches, "trades") == []
    assert covered_until(fetches, "trades") is None
    assert not is_covered(fetches, "trades", hours(0, 1))


@given(made=MADE, asked=SPANS)
def test_an_hour_is_covered_exactly_if_some_complete_reading_had_it(
    made: list[tuple[tuple[int, int], bool, str]], asked: tuple[int, int]
) -> None:
    """Against the plainest model there is: a set of hours."""
    fetches = [
        fetch(*span, "complete" if complete else "cut", stream) for span, complete, stream in made
    ]
    model = {
        hour
        for span, complete, stream in made
        if complete and stream == "trades"
        for hour in range(*span)
    }
    assert is_covered(fetches, "trades", hours(*asked)) == (set(range(*asked)) <= model)
    parts = covered(fetches, "trades")
    assert all(early.until < late.since for early, late in itertools.pairwise(parts))
    assert {h for h in range(60) if is_covered(fetches, "trades", hours(h, h + 1))} == model
