"""A set of hashes that memory holds in 16 bytes each, where a set of Python's takes some 150.

What a broker sends in one window, and what is archived near it, may be millions of events. New
hashes go into a small set; a full one becomes a sorted run, and runs of like size become one, so
that few are looked at.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

FRESH_MAX = 10_000
BITS = 64
LOW = (1 << BITS) - 1


@dataclass(frozen=True)
class _Run:
    """Hashes sorted by their upper half, which is `high`; `low` are the lower halves."""

    high: pa.UInt64Array
    low: pa.UInt64Array

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview]:
        high, low = (memoryview(half.buffers()[1]).cast("Q") for half in (self.high, self.low))
        return high, low

    def __contains__(self, number: int) -> bool:
        (highs, lows), high, low = self._views, number >> BITS, number & LOW
        place, size = bisect.bisect_left(highs, high, 0, len(self.high)), len(self.high)
        while place < size and highs[place] == high:
            if lows[place] == low:
                return True
            place += 1
        return False


class Hashes:
    """Takes numbers of at most 128 bits, the upper half of which is spread evenly."""

    def __init__(self) -> None:
        self._fresh: set[int] = set()
        self._runs: list[_Run] = []

    def __contains__(self, number: int) -> bool:
        return number in self._fresh or any(number in run for run in self._runs)

    def add(self, number: int) -> None:
        """From now on it is one of them."""
        self._fresh.add(number)
        if len(self._fresh) >= FRESH_MAX:
            self._settle()

    def update(self, numbers: Iterable[int]) -> None:
        """Add all of these."""
        for number in numbers:
            self.add(number)

    def _settle(self) -> None:
        """The fresh ones become a run, without those that another has."""
        numbers = [n for n in self._fresh if not any(n in run for run in self._runs)]
        self._fresh = set()
        if not numbers:
            return
        halves = ([n >> BITS for n in numbers], [n & LOW for n in numbers])
        self._runs.append(_sorted(*(pa.array(array("Q", half), pa.uint64()) for half in halves)))
        while len(self._runs) > 1 and len(self._runs[-2].high) <= 2 * len(self._runs[-1].high):
            last, before = self._runs.pop(), self._runs.pop()
            high = pa.concat_arrays([before.high, last.high])
            self._runs.append(_sorted(high, pa.concat_arrays([before.low, last.low])))


def _sorted(high: pa.UInt64Array, low: pa.UInt64Array) -> _Run:
    order = pc.array_sort_indices(high)
    return _Run(high.take(order), low.take(order))
