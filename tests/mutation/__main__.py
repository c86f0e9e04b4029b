"""Changes each SQL file in small ways, and counts the changes that its fixture does not notice.

    python -m tests.mutation rules/fees ledger/suspense

Names are parts of paths below sql/; without one all files that have a fixture are tried, for about
twenty minutes. `--each 25` takes so many mutants of a file. Survivors that mean the same are
named with the reason in equivalent.csv; exits 1 where others are more than `--most` percent.
"""

from __future__ import annotations

import concurrent.futures
import csv
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tests.mutation.unnoticed import SQL, survivors
from tests.test_shape import ROOT

FOLDERS = {"rule": "rules", "ledger": "ledger", "views": "views", "events": "events"}
EQUIVALENT = Path(__file__).with_name("equivalent.csv")


def files() -> dict[str, Path]:
    """The fixture of each SQL file that has one, by the file's path below sql/."""
    found = {}
    for fixture in sorted((ROOT / "tests").rglob("*.test")):
        head = fixture.read_text("utf-8").partition("\n")[0]
        kind, _, name = head.removeprefix("# ").partition(": ")
        path = f"{FOLDERS.get(kind)}/{name.strip()}"
        if (SQL / f"{path}.sql").is_file():
            found[path] = fixture
    return found


def equivalents() -> set[tuple[str, str]]:
    """The survivors that mean the same, by file and change."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["change"]) for row in csv.DictReader(file)}


@click.command()
@click.argument("parts", nargs=-1)
@click.option("--each", default=0, help="So many mutants of a file; 0 for all.")
@click.option("--most", default=5.0, show_default=True, help="Percent that may survive.")
def main(parts: Sequence[str], each: int, most: float) -> None:
    """Try them on all cores."""
    same, tried, left = equivalents(), 0, 0
    chosen = {n: p for n, p in files().items() if not parts or any(part in n for part in parts)}
    spawned = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), spawned) as pool:
        ended = pool.map(survivors, chosen, chosen.values(), [each] * len(chosen))
        for name, number, alive in ended:
            unknown = [change for change in alive if (name, change.partition(": ")[2]) not in same]
            tried, left = tried + number, left + len(unknown)
            click.echo(f"{name}: {number} mutants, {len(unknown)} survive")
            for change in unknown:
                click.echo(f"  {change}")
    share = 100 * left / max(tried, 1)
    click.echo(f"{tried} mutants of {len(chosen)} files, {left} survive: {share:.1f} %")
    sys.exit(share > most)


if __name__ == "__main__":
    main()
