"""Tries faults at the changes that commands make to files, and counts how they ended.

    python -m tests.crash --every 1

`--every 40` takes each fortieth change; `--work` and `--how` choose. Exits 1 if one was wrong; its
folder is kept and named.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from tests.crash.faulty import built, changes
from tests.crash.trial import ENDS, HOWS, WRONG, tried
from tests.crash.works import works


@click.command()
@click.option("--every", default=40, show_default=True, help="Take each n-th change.")
@click.option("--first", default=1, show_default=True, help="Begin with this change.")
@click.option("--work", "chosen", multiple=True, help="Only this command.")
@click.option("--how", "hows", multiple=True, default=HOWS, type=click.Choice(HOWS))
@click.option("--at", type=int, help="Only this change.")
def main(
    every: int, first: int, chosen: Sequence[str], hows: Sequence[str], at: int | None
) -> None:
    """Try them one after another."""
    place = Path(tempfile.mkdtemp(prefix="crash-"))
    library, counts = built(place), Counter[tuple[str, str]]()
    click.echo(f"| command | changes | tried | {' | '.join(ENDS)} |\n|---|---|---|---|---|---|")
    with works(place) as every_work:
        for name in chosen or every_work:
            work = every_work[name]
            number = len(changes(work.begin(place / f"{name}-counted"), library, place / name))
            for how in hows:
                for point in [at] if at else range(first, number + 1, every):
                    trial = tried(work, how, point, library, place / f"{name}-{how}-{point}")
                    counts[name, trial.end] += 1
                    if trial.end == WRONG:
                        click.echo(f"{trial}, kept in {place}")
            ends = [counts[name, end] for end in ENDS]
            click.echo(f"| {name} | {number} | {sum(ends)} | {' | '.join(map(str, ends))} |")
    sys.exit(any(end == WRONG for _, end in counts))


if __name__ == "__main__":
    main()
