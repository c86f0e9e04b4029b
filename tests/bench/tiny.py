"""What a tiny night costs whatever happens on it: `python -m tests.bench.tiny --against main`.

A sandbox broker serves a seeded book; `recon run` reads it and evaluates the night, the first of a
home and the third, each as a process of its own. Printed are its CPU seconds (user and system, the
median of the repetitions) and its peak memory. With `--against` another revision of the repository
runs the same nights in turn with this checkout, and the ratio of the two is printed: the machine is
never as fast twice, so only what ran side by side compares.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from recon.sandbox.books.make import make_books
from tests.truth.compare_releases import (
    DONE,
    NIGHTS,
    ROOT,
    STREAMS,
    checked_out,
    environment,
    recon,
    served,
)

Cost = tuple[float, int]


@contextlib.contextmanager
def serving(seed: int, day: date) -> Iterator[dict[str, str]]:
    """The settings of a sandbox broker on the evening of that day."""
    command = recon("sandbox", "serve", "--seed", str(seed), "--date", str(day), "--port", "0")
    with subprocess.Popen(
        command, env=environment(ROOT), stdout=subprocess.PIPE, text=True
    ) as sandbox:
        try:
            url, key, secret = served(sandbox)
            yield {
                "RECON_BROKER_URL": url,
                "RECON_BROKER_KEY": key,
                "RECON_BROKER_SECRET": secret,
                "RECON_STREAMS": STREAMS,
                "RECON_LOOKBACK_DAYS": "30",
            }
        finally:
            sandbox.terminate()


def night(tree: Path, home: Path, day: date, broker: Mapping[str, str]) -> Cost:
    """CPU seconds and peak MiB of a night of that checkout."""
    process = subprocess.Popen(
        recon("--home", str(home), "run", "--date", str(day)),
        env={**environment(tree), **broker},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in DONE:
        sys.exit(f"{tree.name}, {day}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def measure(trees: Mapping[str, Path], seed: int, repetitions: int, scratch: Path) -> None:
    """Print a line for each night: what it cost each checkout, and the first by the second."""
    costs: dict[tuple[int, str], list[Cost]] = {}
    for number, day in enumerate(sorted(make_books(seed).closings)[-NIGHTS:], start=1):
        with serving(seed, day) as broker:
            for _ in range(repetitions):
                for name, tree in trees.items():
                    home, copy = scratch / f"{name}-home", scratch / f"{name}-copy"
                    shutil.rmtree(copy, ignore_errors=True)
                    if home.exists():
                        shutil.copytree(home, copy)
                    costs.setdefault((number, name), []).append(night(tree, copy, day, broker))
            for name in trees:
                shutil.rmtree(scratch / f"{name}-home", ignore_errors=True)
                (scratch / f"{name}-copy").rename(scratch / f"{name}-home")
        if number in (1, NIGHTS):
            _say(number, {name: costs[number, name] for name in trees})


def _say(number: int, costs: Mapping[str, list[Cost]]) -> None:
    medians = [
        (statistics.median(cpu for cpu, _ in each), max(memory for _, memory in each))
        for each in costs.values()
    ]
    for name, (cpu, memory) in zip(costs, medians, strict=True):
        print(f"night {number} {name:12} {cpu:6.2f} s CPU {memory:5} MiB", flush=True)
    if len(medians) > 1:
        (cpu, memory), (other, others_memory) = medians
        ratios = [mine[0] / theirs[0] for mine, theirs in zip(*costs.values(), strict=True)]
        print(
            f"night {number} ratio {cpu / other:.2f} of CPU (pairs {min(ratios):.2f} to"
            f" {max(ratios):.2f}), {memory / others_memory:.2f} of memory",
            flush=True,
        )


def main() -> None:
    """Run the nights, alone or beside another revision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="REVISION", help="another revision of the repository")
    parser.add_argument("--repetitions", type=int, default=5, help="of each night")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as checkouts:
        scratch, trees = Path(temporary), {"checkout": ROOT}
        if options.against:
            trees[options.against] = checkouts.enter_context(checked_out(options.against, scratch))
        measure(trees, options.seed, options.repetitions, scratch)


if __name__ == "__main__":
    main()
