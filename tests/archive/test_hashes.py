"""The small set of hashes, against Python's own."""

from __future__ import annotations

import random

from recon.archive.hashes import FRESH_MAX, Hashes


def test_it_holds_what_was_added_and_nothing_else() -> None:
    """Over many runs, in any order, with repeats and with equal upper halves."""
    chance = random.Random(7)  # noqa: S311 -- only to be many
    added = [chance.getrandbits(128) for _ in range(3 * FRESH_MAX)]
    added += [(5 << 64) | number for number in range(50)] + [0, 2**128 - 1]
    hashes = Hashes()
    hashes.update(added)
    hashes.update(added[:100])
    assert all(number in hashes for number in added)
    absent = [chance.getrandbits(128) for _ in range(1000)]
    absent += [number ^ 1 for number in added[:1000]] + [(5 << 64) | 50]
    known = set(added)
    assert [number in hashes for number in absent] == [number in known for number in absent]


def test_it_takes_few_bytes_each() -> None:
    """Few runs, and only one small set of Python's."""
    hashes = Hashes()
    hashes.update(number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128 for number in range(200_000))
    runs, fresh = vars(hashes)["_runs"], vars(hashes)["_fresh"]
    assert len(runs) <= 8
    assert len(fresh) < FRESH_MAX
    assert sum(len(run.high) for run in runs) + len(fresh) == 200_000
    hashes.update(number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128 for number in range(50_000))
    assert sum(len(run.high) for run in vars(hashes)["_runs"]) <= 200_000
